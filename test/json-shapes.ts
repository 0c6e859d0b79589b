import * as z from "zod";
import { ATTEMPT_STATES } from "../src/core/attempt.ts";
import type { Attempt } from "../src/core/attempt.ts";
import type { Same } from "./json-types.ts";
import type { RecordedEvent } from "../src/core/events.ts";
import type { Interrupt } from "../src/core/interrupt.ts";
import { TASK_STATES } from "../src/core/task.ts";
import type { Task } from "../src/core/task.ts";
import {
  answerShape,
  checkShape,
  definitionShape,
  eventShape,
  evidenceShape,
  failureClassShape,
  failureShape,
  startFromShape,
  summaryShape,
  usageShape,
  type EventJson,
} from "../src/store/transfer/event-shapes.ts";

// What the blackboard holds, as the command line prints it. Strict: nothing more is printed. The
// compiler holds these shapes to the types of the core.

const text = z.string();
const number = z.number();
const flag = z.boolean();

const taskState = z.enum(TASK_STATES);
const attemptState = z.enum(ATTEMPT_STATES);

const message = z.strictObject({
  id: text,
  text,
  sentAtMs: number,
  interrupts: flag,
  isHeard: flag,
});

const task = z.strictObject({
  ...definitionShape.shape,
  runId: text,
  pendingDependencies: number,
  state: taskState,
  epoch: number,
  attemptCount: number,
  failureCount: number,
  lossCount: number,
  waitCount: number,
  parkedUntilMs: number.optional(),
  waitReason: text.optional(),
  createdAtMs: number,
  readyAtMs: number.optional(),
  endedAtMs: number.optional(),
  usageLimits: z.record(text, number).optional(),
  failure: failureShape.optional(),
  humanNote: text.optional(),
  messages: z.array(message).optional(),
  messageCount: number.optional(),
  pausedAtMs: number.optional(),
  commit: text.optional(),
  mergedCommit: text.optional(),
});

const attempt = z.strictObject({
  id: text,
  taskId: text,
  runId: text,
  number,
  epoch: number,
  nodeId: text,
  agent: text,
  state: attemptState,
  branch: text,
  startFrom: startFromShape,
  sessionId: text.optional(),
  resumesSession: flag,
  workspacePath: text.optional(),
  baseCommit: text.optional(),
  pid: number.optional(),
  queuedAtMs: number,
  startedAtMs: number.optional(),
  endedAtMs: number.optional(),
  isStopping: flag,
  timeoutMs: number.optional(),
  isCalled: flag.optional(),
  usage: usageShape,
  costUsd: number.optional(),
  costIsEstimated: flag.optional(),
  commit: text.optional(),
  failure: failureShape.optional(),
  summary: summaryShape.optional(),
  evidence: z.array(evidenceShape),
});

const interrupt = z.strictObject({
  id: text,
  taskId: text,
  runId: text,
  question: text,
  openedAtMs: number,
  closedAtMs: number.optional(),
  answer: answerShape.optional(),
});

/** @public Does not compile when a shape differs from the type that the program has. */
export const COMPILER_HOLDS: readonly [
  Same<z.infer<typeof task>, Task>,
  Same<z.infer<typeof attempt>, Attempt>,
  Same<z.infer<typeof interrupt>, Interrupt>,
  Same<EventJson, RecordedEvent>,
] = [true, true, true, true];

/** By the names that the documentation gives them. */
export const BLACKBOARD_SHAPES = {
  Task: task,
  Message: message,
  TaskState: taskState,
  TaskDefinition: definitionShape,
  Check: checkShape,
  Attempt: attempt,
  AttemptState: attemptState,
  Usage: usageShape,
  Summary: summaryShape,
  Evidence: evidenceShape,
  Failure: failureShape,
  FailureClass: failureClassShape,
  Interrupt: interrupt,
  Answer: answerShape,
  Event: eventShape,
};
