import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { keepNames, writeDurably } from "../files/durable-file.ts";
import type { Leaving } from "./choose.ts";
import { TASKS_FILE } from "./layout.ts";

/** What is to leave, kept beside a copy of it before any of it goes, and as what has left after. */
export type Plan = { readonly endedBeforeMs: number; readonly tasks: readonly Leaving[] };

const planShape = z.object({
  endedBeforeMs: z.number(),
  tasks: z.array(z.object({ id: z.string(), createdAtMs: z.number(), attemptCount: z.number() })),
});

export function writePlan(folder: string, plan: Plan): void {
  writeDurably(join(folder, TASKS_FILE), JSON.stringify(plan));
  keepNames(folder);
}

/** The plan in the folder; `undefined` when its writer died before all was copied. */
export function readPlan(folder: string): Plan | undefined {
  try {
    return planShape.parse(JSON.parse(readFileSync(join(folder, TASKS_FILE), "utf8")));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
