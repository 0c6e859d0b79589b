import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { errnoOf } from "../../core/errno.ts";
import { OrchestraError } from "../../core/errors.ts";
import { keepNames, writeDurably } from "../files/durable-file.ts";
import type { Leaving } from "./choose.ts";
import { TASKS_FILE } from "./layout.ts";

/** What is to leave, kept beside a copy of it before any of it goes, and as what has left after. */
export type Plan = {
  readonly endedBeforeMs: number;
  readonly tasks: readonly Leaving[];
  /** Runs of the blackboard that they leave, by which it is known again; earlier programs told none. */
  readonly runs?: readonly PlannedRun[] | undefined;
};

type PlannedRun = { readonly id: string; readonly createdAtMs: number };

const planShape = z.object({
  endedBeforeMs: z.number(),
  tasks: z.array(z.object({ id: z.string(), createdAtMs: z.number(), attemptCount: z.number() })),
  runs: z.array(z.object({ id: z.string(), createdAtMs: z.number() })).optional(),
});

export function writePlan(folder: string, plan: Plan): void {
  writeDurably(join(folder, TASKS_FILE), JSON.stringify(plan));
  keepNames(folder);
}

/** Whether it is of the blackboard with these runs, which never leave it; others may share the place. */
export function isPlanOf({ runs }: Plan, ofBlackboard: readonly PlannedRun[]): boolean {
  const keys = new Set(ofBlackboard.map(({ id, createdAtMs }) => `${id} ${createdAtMs}`));
  return runs === undefined || runs.some(({ id, createdAtMs }) => keys.has(`${id} ${createdAtMs}`));
}

/** The plan in the folder; `undefined` when its writer died before all was copied. */
export function readPlan(folder: string): Plan | undefined {
  const file = join(folder, TASKS_FILE);
  try {
    return planShape.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (cause) {
    if (errnoOf(cause) === "ENOENT") return undefined;
    const message = `${file} does not tell which tasks were archived. Restore it, or move its folder away.`;
    throw new OrchestraError("INVALID_FILE", message, { cause });
  }
}
