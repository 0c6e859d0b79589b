import type * as z from "zod";
import { describeMistake } from "../config/describe-mistake.ts";
import { OrchestraError } from "../core/errors.ts";

/** What a program asks for, out of a value of unknown origin; the first mistake is named. */
export function readAsked<T extends z.ZodObject>(
  shape: T,
  value: unknown,
  isNo: string,
): z.infer<T> {
  const parsed = shape.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const problem = issue ? describeMistake(issue, Object.keys(shape.shape), "") : "it is none";
  const sentence = problem.endsWith("?") ? problem : `${problem}.`;
  throw new OrchestraError("INVALID_ARGUMENT", `${isNo}: ${sentence}`);
}
