import { parseArgs } from "node:util";
import { BUGS } from "./planted-bugs.ts";

/** What is to be simulated, as it was typed. */
export type SearchOptions = {
  readonly seeds: number | undefined;
  readonly from: number | undefined;
  readonly minutes: number | undefined;
  readonly seed: number | undefined;
  readonly plant: string | undefined;
};

const TEXT = { type: "string" } as const;
const OPTIONS = { seeds: TEXT, from: TEXT, minutes: TEXT, seed: TEXT, plant: TEXT };

/** Reads them; throws with one line for a person when they cannot be meant. */
export function readSearchOptions(args: readonly string[]): SearchOptions {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  const { plant } = values;
  if (plant !== undefined && BUGS[plant] === undefined) {
    throw new Error(`There is no bug "${plant}". Known: ${Object.keys(BUGS).join(", ")}`);
  }
  return {
    seeds: readWhole("--seeds", values.seeds, 1),
    from: readWhole("--from", values.from, 0),
    minutes: readMinutes(values.minutes),
    seed: readWhole("--seed", values.seed, 0),
    plant,
  };
}

/** The command that replays a seed with the same bug in the source. */
export function replayCommand(seed: number, plant: string | undefined): string {
  const planted = plant === undefined ? "" : ` --plant ${JSON.stringify(plant)}`;
  return `npm run simulate -- --seed ${seed}${planted}`;
}

function readWhole(name: string, typed: string | undefined, least: number): number | undefined {
  if (typed === undefined) return undefined;
  const value = /^\d+$/.test(typed) ? Number(typed) : Number.NaN;
  if (value >= least && Number.isSafeInteger(value)) return value;
  throw new Error(`${name} must be a whole number from ${least} on, got "${typed}".`);
}

function readMinutes(typed: string | undefined): number | undefined {
  if (typed === undefined) return undefined;
  const value = /^\d+(\.\d+)?$/.test(typed) ? Number(typed) : 0;
  if (value > 0) return value;
  throw new Error(`--minutes must be a number above zero, got "${typed}".`);
}
