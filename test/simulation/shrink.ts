import { runSeed, type SeedEnd } from "./run-seed.ts";

/** Replays that one failure is worth. */
const REPLAYS_MAX = 1_500;
const LIMIT_MS = 60_000;

/**
 * The same failure, no later, with as few unusual decisions as can be found: takes out all of one
 * kind, then ever smaller parts, and keeps out whatever the failure does not need.
 */
export async function shrink(failure: SeedEnd): Promise<SeedEnd> {
  const search: Search = {
    wanted: shapeOf(failure),
    stepsMax: failure.steps,
    endMs: performance.now() + LIMIT_MS,
    best: failure,
    replays: 0,
  };
  await withoutStreams(search);
  for (let size = search.best.unusual.length; size > 1 && !isSpent(search);) {
    size = Math.ceil(size / 2);
    await withoutParts(search, size);
  }
  return search.best;
}

type Search = {
  readonly wanted: string;
  readonly stepsMax: number;
  readonly endMs: number;
  best: SeedEnd;
  replays: number;
};

async function withoutStreams(search: Search): Promise<void> {
  const streams = new Set(search.best.unusual.map(streamOf));
  for (const stream of streams) {
    await tryWith(search, (key) => streamOf(key) !== stream);
  }
}

/** From the end: what is decided there changes nothing that was decided before. */
async function withoutParts(search: Search, size: number): Promise<void> {
  for (let from = search.best.unusual.length - size; from > -size; from -= size) {
    if (isSpent(search)) return;
    await tryWith(search, (_, index) => index < from || index >= from + size);
  }
}

async function tryWith(
  search: Search,
  isKept: (key: string, index: number) => boolean,
): Promise<void> {
  const { best, wanted, stepsMax } = search;
  search.replays += 1;
  const end = await runSeed(best.seed, { kept: new Set(best.unusual.filter(isKept)) });
  if (shapeOf(end) === wanted && end.steps <= stepsMax) search.best = end;
}

function isSpent({ replays, endMs }: Search): boolean {
  return replays >= REPLAYS_MAX || performance.now() > endMs;
}

function streamOf(key: string): string {
  return key.slice(0, key.lastIndexOf("#"));
}

/** What is wrong, whichever task or commit it is wrong with. */
function shapeOf({ violation = "" }: SeedEnd): string {
  return violation.split("\n")[0]?.replace(/\d+/g, "#").slice(0, 60) ?? "";
}
