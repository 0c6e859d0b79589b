import * as z from "zod";
import { readAsked } from "./read-asked.ts";
import type { Answer } from "./resolve-task.ts";

const note = z.string().optional();
const dependents = z.enum(["wait", "abandon"]).optional();
const KINDS = z.object({ kind: z.enum(["retry", "abandon", "spawn"]) });
const ANSWERS = {
  retry: z.strictObject({ kind: z.literal("retry"), note }),
  abandon: z.strictObject({ kind: z.literal("abandon"), dependents }),
  spawn: z.strictObject({ kind: z.literal("spawn"), prompt: z.string() }),
};
const IDS = z.object({
  id: z.union([z.string(), z.array(z.string())], "expected an id, or a list"),
});

/** The ids of the tasks that a program means. */
export function readIds(value: unknown): readonly string[] {
  const { id } = readAsked(IDS, { id: value }, "These are no tasks");
  return typeof id === "string" ? [id] : id;
}

export function readRetrying(value: unknown): { readonly note?: string | undefined } {
  return readAsked(z.strictObject({ note }), value, "This is no way to retry");
}

export function readCancelling(value: unknown): {
  readonly dependents?: "wait" | "abandon" | undefined;
} {
  return readAsked(z.strictObject({ dependents }), value, "This is no way to cancel");
}

/** The first mistake is named, by the kind of answer that it is. */
export function readAnswer(value: unknown): Answer {
  const { kind } = readAsked(KINDS, value, NO_ANSWER);
  return readAsked(ANSWERS[kind], value, NO_ANSWER);
}

const NO_ANSWER = "This is no answer";
