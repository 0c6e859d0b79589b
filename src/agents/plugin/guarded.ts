import * as z from "zod";
import { OrchestraError } from "../../core/errors.ts";
import { FAILURE_CLASSES, type Failure } from "../../core/failure.ts";
import { NO_USAGE } from "../../core/usage.ts";
import type { AgentAdapter, AgentConfig, AgentOutcome, StreamParser } from "../adapter.ts";
import {
  answerText,
  boundedText,
  HEARD_MAX,
  LAST_MESSAGES_MAX,
  summaryLine,
  withHeard,
} from "../bounds.ts";
import { nothingTold } from "../json-lines.ts";

const count = z.int().min(0);
const failure = z.object({
  class: z.enum(FAILURE_CLASSES),
  message: z.string().transform((text) => summaryLine(text) || "It failed, and said nothing."),
  resetAtMs: z.int().min(0).exactOptional(),
});

const launchShape = z.object({
  command: z.array(z.string()).min(1),
  env: z.record(z.string(), z.string()).default({}),
  unsetEnv: z.array(z.string()).default([]),
  stdinFile: z.string().optional(),
});

const usageShape = z.object({
  inputTokens: count.default(0),
  cacheReadTokens: count.default(0),
  cacheWriteTokens: count.default(0),
  outputTokens: count.default(0),
  reasoningTokens: count.default(0),
});

const reportShape = z.object({
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

const outcomeShape = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("succeeded"), summary: z.string().transform(boundedText) }),
  z.object({
    kind: z.literal("failed"),
    end: z.enum(["failed", "timed_out", "stalled", "lost", "cancelled"]).default("failed"),
    failure,
  }),
]);

/** The adapter of a plug-in, held to its contract: what it breaks is a failure of its own attempt. */
export function guarded(config: AgentConfig, adapter: AgentAdapter): AgentAdapter {
  return {
    ...adapter,
    launch: (request) => {
      const { stdinFile, ...launch } = checked(config, "launch", launchShape, () =>
        adapter.launch(request),
      );
      return { ...launch, stdinFile };
    },
    createParser: (earlier) => guardedParser(config, () => adapter.createParser(earlier)),
    classifyEnd: (end, report) => outcomeOf(config, () => adapter.classifyEnd(end, report)),
    ...(adapter.readUsageFile && { readUsageFile: guardedUsage(adapter.readUsageFile) }),
  };
}

/** What cannot be read tells nothing: an attempt ends, whatever becomes of its tokens. */
function guardedUsage(
  read: NonNullable<AgentAdapter["readUsageFile"]>,
): NonNullable<AgentAdapter["readUsageFile"]> {
  return (text, earlier) => {
    try {
      return usageShape.optional().parse(read(text, earlier));
    } catch {
      return undefined;
    }
  };
}

/** What goes wrong first stays: from then on, the plug-in is asked nothing more. */
function guardedParser(config: AgentConfig, create: () => StreamParser): StreamParser {
  let broken: Failure | undefined;
  const attempt = <Answer>(what: string, ask: () => Answer, otherwise: Answer): Answer => {
    if (broken) return otherwise;
    try {
      return ask();
    } catch (error) {
      broken = failureOf(config, what, error);
      return otherwise;
    }
  };
  const parser = attempt<StreamParser | undefined>("createParser", create, undefined);
  return {
    push: (line) =>
      attempt(`push of the line ${summaryLine(line)}`, () => parser?.push(line) ?? [], []),
    report: () => {
      const told = attempt("report", () => reportShape.parse(parser?.report()), undefined);
      const { sessionId, model, costUsd, failure: found, resultText, strangeLine } = told ?? {};
      const rest = { sessionId, model, costUsd, failure: found, resultText, strangeLine };
      const report = { ...nothingTold(), ...told, ...rest };
      return broken ? { ...report, failure: broken } : report;
    },
  };
}

function outcomeOf(config: AgentConfig, classify: () => AgentOutcome): AgentOutcome {
  try {
    return checked(config, "classifyEnd", outcomeShape, classify);
  } catch (error) {
    if (!(error instanceof OrchestraError)) throw error;
    const why = { class: "unknown", message: error.message } as const;
    return { kind: "failed", end: "failed", failure: why };
  }
}

function checked<Shape extends z.ZodType>(
  config: AgentConfig,
  what: string,
  shape: Shape,
  ask: () => unknown,
): z.infer<Shape> {
  try {
    return shape.parse(ask());
  } catch (cause) {
    // What it says on purpose is for the user as it is.
    if (cause instanceof OrchestraError) throw cause;
    const { message } = failureOf(config, what, cause);
    throw new OrchestraError("AGENT_UNUSABLE", message, { cause });
  }
}

function failureOf({ name }: AgentConfig, what: string, error: unknown): Failure {
  const [issue] = error instanceof z.ZodError ? error.issues : [];
  const said = error instanceof Error ? error.message : String(error);
  const problem = issue ? `${issue.path.join(".")}: ${issue.message}` : said;
  const message = `The plug-in of the agent ${name} broke its contract in ${what}: ${problem}`;
  return { class: "unknown", message: boundedText(message) };
}
