import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { endOf, type ChaosProject } from "./project.ts";

const MODULE = resolve(import.meta.dirname, "crash-point.cjs");

/** Something that a command changes outside itself. */
export type Effect = {
  /** Counted from the command's start. */
  readonly number: number;
  readonly kind: string;
  readonly detail: string;
  /** Where it can be broken off: "before" it, once it has "begun", or "torn". */
  readonly whens: readonly string[];
};

/** Between two effects of a command, or in the midst of one. */
export type CrashPoint = { readonly number: number; readonly when: string };

export function crashPointsOf(effects: readonly Effect[]): readonly CrashPoint[] {
  return effects.flatMap(({ number, whens }) => whens.map((when) => ({ number, when })));
}

/** So many of them, evenly spread over the command's life; the seed decides which. */
export function sampleOf(
  points: readonly CrashPoint[],
  count: number,
  seed: number,
): readonly CrashPoint[] {
  const step = Math.max(1, points.length / count);
  const offset = seed % step;
  return points.filter(
    (_, index) => Math.floor((index - offset) / step) > Math.floor((index - 1 - offset) / step),
  );
}

/** Runs a command to its end, and returns what it changed on the way. */
export async function effectsOf(
  project: ChaosProject,
  words: readonly string[],
): Promise<readonly Effect[]> {
  return told(project, words, {});
}

/** Runs a command until the crash point, and returns what was hit: nothing, if it ended before. */
export async function crashAt(
  project: ChaosProject,
  words: readonly string[],
  { number, when }: CrashPoint,
): Promise<Effect | undefined> {
  const [hit] = await told(project, words, { CRASH_AT: String(number), CRASH_WHEN: when });
  return hit;
}

async function told(
  project: ChaosProject,
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Effect[]> {
  const log = join(project.scratch, "effects.log");
  const before = linesOf(log).length;
  await endOf(project.begin(words, { module: MODULE, env: { ...env, CRASH_LOG: log } }));
  return linesOf(log)
    .slice(before)
    .map((line) => JSON.parse(line));
}

function linesOf(file: string): string[] {
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  return text.split("\n").filter((line) => line !== "");
}
