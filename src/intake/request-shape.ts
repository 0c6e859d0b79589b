import * as z from "zod";
import { isLimit } from "../config/duration.ts";
import { readAsked } from "./read-asked.ts";
import type { TaskRequest } from "./task-request.ts";

const text = z.string();
const line = text.refine((one) => one.trim() !== "", "expected text that is not empty");
const count = z.int().min(0).max(100);

/** A task as a program asks for it; anything else in it is a mistake. */
export const requestShape = z.strictObject({
  prompt: text,
  id: text.optional(),
  title: text.optional(),
  agent: z.union([line, z.array(line).min(1)], "expected a name or a list of names").optional(),
  priority: z.int().min(-100).max(100).optional(),
  dependsOn: z.array(text).optional(),
  acceptanceCriteria: z.array(line).optional(),
  checks: z
    .array(z.union([line, z.array(text).min(1)], "expected a command or a list of its words"))
    .optional(),
  timeoutMs: z.number().refine(isLimit, "expected milliseconds, a second to 30 days").optional(),
  maxRetries: count.optional(),
  targetBranch: text.optional(),
  merges: z.boolean().optional(),
});

/** The request in a value of unknown origin; the first mistake is named. */
export function readRequest(value: unknown): TaskRequest {
  return readAsked(requestShape, value, "This is no task");
}
