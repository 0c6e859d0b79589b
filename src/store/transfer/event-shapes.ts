import * as z from "zod";
import { FAILURE_CLASSES } from "../../core/failure.ts";

// What events look like as JSON. Strict: one that says more is of a newer Orchestra, and what it says
// must not be lost. The tests have the compiler hold these shapes to the types of the core.

const text = z.string();
const texts = z.array(text);
const number = z.number();
const flag = z.boolean();

export const checkShape = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("command"), name: text, command: texts, timeoutMs: number }),
  z.strictObject({
    kind: z.literal("builtin"),
    name: z.enum(["exit_code", "clean_tree", "has_changes"]),
  }),
]);

export const failureClassShape = z.enum(FAILURE_CLASSES);

export const failureShape = z.strictObject({
  class: failureClassShape,
  message: text,
  resetAtMs: number.optional(),
});

export const usageShape = z.strictObject({
  inputTokens: number,
  cacheReadTokens: number,
  cacheWriteTokens: number,
  outputTokens: number,
  reasoningTokens: number,
});

export const evidenceShape = z.strictObject({
  check: text,
  commit: text,
  passed: flag,
  exitCode: number.optional(),
  durationMs: number,
  output: text,
});

export const summaryShape = z.strictObject({ diffStat: text, lastMessages: texts });

export const definitionShape = z.strictObject({
  id: text,
  title: text,
  prompt: text,
  role: text,
  agent: text,
  fallbackAgents: texts.optional(),
  priority: number,
  dependsOn: texts,
  acceptanceCriteria: texts,
  checks: z.array(checkShape),
  limits: z.strictObject({ timeoutMs: number, stallMs: number, maxRetries: number }),
  targetBranch: text,
  merges: flag,
});

export const startFromShape = z.enum(["previous", "target"]);

export const answerShape = z.strictObject({
  kind: z.enum(["retry", "abandon", "spawn", "cancel"]),
  note: text.optional(),
  spawnedTaskId: text.optional(),
});

const spending = {
  sessionId: text.optional(),
  usage: usageShape,
  costUsd: number.optional(),
  costIsEstimated: flag.optional(),
};
const ofTask = { taskId: text };
const ofAttempt = { ...ofTask, attemptId: text };

/** What each event says besides its run, its number and its time. */
const facts = {
  run_created: { objective: text },
  tasks_archived: { taskIds: texts },
  task_added: { ...ofTask, definition: definitionShape, pendingDependencies: number },
  task_readied: ofTask,
  task_parked: { ...ofTask, untilMs: number, reason: text },
  task_unparked: ofTask,
  task_failed: {
    ...ofTask,
    failure: failureShape,
    costs: z.enum(["retry", "wait", "loss", "human", "end"]),
    agent: text.optional(),
  },
  task_retried: { ...ofTask, byHuman: flag, note: text.optional() },
  message_sent: { ...ofTask, messageId: text, text, interrupts: flag },
  task_paused: ofTask,
  task_resumed: ofTask,
  task_replanned: { ...ofTask, note: text.optional() },
  dependency_satisfied: { ...ofTask, dependencyId: text },
  dependency_dropped: { ...ofTask, dependencyId: text },
  dependency_replaced: { ...ofTask, dependencyId: text, replacementId: text },
  dependency_archived: { ...ofTask, dependencyId: text },
  merge_deferred: { ...ofTask, reason: text },
  task_timeout_set: { ...ofTask, timeoutMs: number },
  task_completed: { ...ofTask, mergedCommit: text.optional() },
  task_cancelled: ofTask,
  task_abandoned: ofTask,
  attempt_assigned: {
    ...ofAttempt,
    number,
    epoch: number,
    nodeId: text,
    agent: text,
    branch: text,
    startFrom: startFromShape,
  },
  attempt_prepared: {
    ...ofAttempt,
    workspacePath: text,
    baseCommit: text,
    sessionId: text.optional(),
    resumesSession: flag,
  },
  attempt_started: { ...ofAttempt, pid: number.optional() },
  attempt_returned: { ...ofAttempt, reason: text, byHuman: flag.optional() },
  messages_heard: { ...ofAttempt, messageIds: texts },
  attempt_called: ofAttempt,
  attempt_reported: { ...ofAttempt, ...spending },
  attempt_finished: { ...ofAttempt, commit: text, summary: summaryShape, ...spending },
  attempt_succeeded: { ...ofAttempt, evidence: z.array(evidenceShape) },
  attempt_ended: {
    ...ofAttempt,
    end: z.enum(["failed", "timed_out", "stalled", "lost", "cancelled"]),
    failure: failureShape,
    evidence: z.array(evidenceShape),
    commit: text.optional(),
    summary: summaryShape.optional(),
    ...spending,
  },
  attempt_rejected: { ...ofAttempt, failure: failureShape, evidence: z.array(evidenceShape) },
  attempt_stopping: ofAttempt,
  attempt_timeout_set: { ...ofAttempt, timeoutMs: number },
  task_escalated: { ...ofTask, interruptId: text, question: text },
  interrupt_closed: { ...ofTask, interruptId: text, answer: answerShape },
} as const;

type Facts = typeof facts;
type Shapes = {
  [Type in keyof Facts]: ReturnType<typeof shapeOf<Type, Facts[Type]>>;
};

/** An event as it reads in JSON. */
export type EventJson = { [Type in keyof Facts]: z.infer<Shapes[Type]> }[keyof Facts];

function shapeOf<Type extends string, Some extends z.ZodRawShape>(type: Type, some: Some) {
  const ofEvent = { type: z.literal(type), runId: text, seq: number, atMs: number };
  return z.strictObject({ ...ofEvent, ...some });
}

/** By type. */
export const eventShapes: ReadonlyMap<string, ReturnType<typeof shapeOf>> = new Map(
  Object.entries(facts).map(([type, some]) => [type, shapeOf(type, some)]),
);

export const eventShape = z.union([...eventShapes.values()]);
