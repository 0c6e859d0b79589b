import * as z from "zod";
import { FAILURE_CLASSES } from "../../core/failure.ts";
import { NO_USAGE } from "../../core/usage.ts";
import {
  answerText,
  boundedText,
  HEARD_MAX,
  LAST_MESSAGES_MAX,
  summaryLine,
  withHeard,
} from "../bounds.ts";

const count = z.int().min(0);
const failure = z.object({
  class: z.enum(FAILURE_CLASSES),
  message: z.string().transform((text) => summaryLine(text) || "It failed, and said nothing."),
  resetAtMs: z.int().min(0).exactOptional(),
});

/** How a person opens a session: a launch without what would be read to it. */
export const interactiveShape = z.object({
  command: z.array(z.string()).min(1),
  env: z.record(z.string(), z.string()).default({}),
  unsetEnv: z.array(z.string()).default([]),
});

export const launchShape = interactiveShape.extend({ stdinFile: z.string().optional() });

export const versionShape = z.string().optional();

/** Lines of an inbox, in which half a line would be joined to the next, and an empty one is the end. */
export const linesShape = z
  .string()
  .refine(
    (text) => text.endsWith("\n") && !text.startsWith("\n") && !text.includes("\n\n"),
    'expected lines that end in "\\n", and none that is empty',
  );

export const usageShape = z.object({
  inputTokens: count.default(0),
  cacheReadTokens: count.default(0),
  cacheWriteTokens: count.default(0),
  outputTokens: count.default(0),
  reasoningTokens: count.default(0),
});

export const reportShape = z.object({
  sessionId: z.string().transform(boundedText).optional(),
  model: z.string().transform(boundedText).optional(),
  usage: usageShape.default(NO_USAGE),
  costUsd: z.number().min(0).optional(),
  failure: failure.optional(),
  resultText: z.string().transform(answerText).optional(),
  lastMessages: z
    .array(z.string())
    .default([])
    .transform((messages) => messages.slice(-LAST_MESSAGES_MAX).map(boundedText)),
  hasOutput: z.boolean().default(false),
  strangeLine: z.string().transform(summaryLine).optional(),
  heard: z
    .array(z.string())
    .default([])
    .transform((ids) => ids.slice(-HEARD_MAX).reduce(withHeard, [])),
  isTurnOver: z.boolean().default(false),
});

export const outcomeShape = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("succeeded"), summary: z.string().transform(boundedText) }),
  z.object({
    kind: z.literal("failed"),
    end: z.enum(["failed", "timed_out", "stalled", "lost", "cancelled"]).default("failed"),
    failure,
  }),
]);
