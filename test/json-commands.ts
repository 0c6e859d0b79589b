import * as z from "zod";
import type { AgentEvent } from "../src/agents/adapter.ts";
import { ERROR_CODES } from "../src/core/errors.ts";
import { BLACKBOARD_SHAPES } from "./json-shapes.ts";
import type { Same } from "./json-types.ts";
import { countsShape, REPORT_SHAPES } from "./report-shapes.ts";

// What each command prints with --json. Strict: nothing more is printed.

const { Task, TaskState, Attempt, Interrupt, Event, Usage, FailureClass } = BLACKBOARD_SHAPES;

const text = z.string();
const number = z.number();
const flag = z.boolean();

const counts = countsShape;
const errorCode = z.enum(ERROR_CODES);
const taskName = z.strictObject({ id: text, title: text });

const found = {
  file: text,
  isNew: flag,
  agents: z.array(text),
  testCommand: text.optional(),
  setupCommand: text.optional(),
};

const rescued = z.strictObject({
  ref: text,
  taskId: text,
  commit: text,
  subject: text,
  committedAtMs: number,
});

const moment = z.strictObject({ seq: number, atMs: number });

const agentEvent = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("session"), sessionId: text, model: text.optional() }),
  z.strictObject({ kind: z.literal("text"), text }),
  z.strictObject({ kind: z.literal("thinking"), text }),
  z.strictObject({ kind: z.literal("tool_started"), toolId: text, name: text, summary: text }),
  z.strictObject({ kind: z.literal("tool_ended"), toolId: text, isError: flag, output: text }),
  z.strictObject({ kind: z.literal("usage"), usage: Usage }),
  z.strictObject({ kind: z.literal("cost"), costUsd: number }),
  z.strictObject({ kind: z.literal("permission_requested"), requestId: text, tool: text }),
  z.strictObject({ kind: z.literal("rate_limited"), resetAtMs: number.optional() }),
  z.strictObject({ kind: z.literal("retrying"), attempt: number, delayMs: number }),
  z.strictObject({ kind: z.literal("error"), class: FailureClass, message: text }),
  z.strictObject({ kind: z.literal("result"), isError: flag, text }),
  z.strictObject({ kind: z.literal("unrecognised"), line: text }),
]);

/** @public Does not compile when a shape differs from the type that the program has. */
export const COMPILER_HOLDS: Same<z.infer<typeof agentEvent>, AgentEvent> = true;

/** The values of the commands, by the names that the documentation gives them. */
export const COMMAND_SHAPES = {
  Init: z.strictObject({ ...found, root: text }),
  InitDryRun: z.strictObject({ ...found, text }),
  Start: z.strictObject({ id: text, title: text, agent: text }),
  Run: z.strictObject({
    end: z.discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("empty"), deferredMerges: number }),
      z.strictObject({ kind: z.literal("stopped") }),
      z.strictObject({ kind: z.literal("watched") }),
    ]),
    counts,
    interrupts: z.array(Interrupt),
  }),
  Status: z.strictObject({
    dispatcher: z.strictObject({ pid: number, host: text }).optional(),
    counts,
    tasks: z.array(Task),
    attempts: z.array(Attempt),
    interrupts: z.array(Interrupt),
    holds: z.array(
      z.strictObject({
        agent: text,
        taskId: text,
        attemptId: text,
        failureClass: FailureClass,
        untilMs: number.optional(),
      }),
    ),
  }),
  Show: z.strictObject({
    task: Task,
    attempts: z.array(Attempt),
    interrupts: z.array(Interrupt),
    events: z.array(Event),
    eventCount: number,
  }),
  Diff: z.strictObject({ attempt: text, baseCommit: text, commit: text.optional(), diff: text }),
  Replay: z.strictObject({
    runId: text,
    at: moment.optional(),
    last: moment,
    counts,
    tasks: z.array(Task),
    attempts: z.array(Attempt),
    interrupts: z.array(Interrupt),
    changes: z.array(
      z.strictObject({
        taskId: text,
        before: TaskState.optional(),
        after: TaskState.optional(),
      }),
    ),
    events: z.array(Event),
    eventCount: number,
  }),
  Backup: z.strictObject({ file: text, format: z.enum(["database", "history"]), bytes: number }),
  Export: z.strictObject({ file: text, runs: number, events: number }),
  Import: z.strictObject({
    source: text,
    runs: number,
    tasks: number,
    events: number,
    attemptsAtWork: number,
  }),
  ImportTasks: z.strictObject({
    source: text,
    isDryRun: flag,
    added: z.array(
      z.strictObject({ id: text, title: text, agent: text, dependsOn: z.array(text) }),
    ),
    skipped: z.array(
      z.strictObject({
        sourceId: text,
        title: text,
        why: z.enum(["is_there", "closed", "deferred", "no_work"]),
        reason: text,
      }),
    ),
    unknownKeys: z.array(text),
  }),
  ImportWorkflow: z.strictObject({
    source: text,
    isDryRun: flag,
    file: text,
    settings: z.array(
      z.strictObject({
        key: text,
        before: z.unknown().optional(),
        after: z.unknown(),
        isChanged: flag,
      }),
    ),
    left: z.array(text),
  }),
  Archive: z.strictObject({
    archives: z.array(z.strictObject({ folder: text, tasks: number })),
  }),
  ArchiveStats: z.strictObject({
    archives: z.array(z.strictObject({ folder: text, tasks: number, bytes: number })),
  }),
  ArchiveDryRun: z.strictObject({ tasks: number, held: number, endedBeforeMs: number }),
  Cancel: z.strictObject({ tasks: z.array(taskName) }),
  Retry: z.strictObject({ tasks: z.array(taskName) }),
  Send: z.strictObject({ id: text, messageId: text.optional(), unheard: number }),
  Pause: z.strictObject({ tasks: z.array(taskName) }),
  Resolve: z.strictObject({ id: text, spawnedId: text.optional() }),
  RecoverList: z.strictObject({ rescued: z.array(rescued) }),
  Recover: z.strictObject({ ref: text, commit: text, branch: text }),
  Doctor: z.strictObject({
    findings: z.array(
      z.strictObject({
        what: text,
        verdict: z.enum(["ok", "warning", "problem"]),
        detail: text,
        cure: text.optional(),
        isMended: flag.optional(),
      }),
    ),
  }),
  AgentsList: z.strictObject({
    agents: z.array(
      z.strictObject({
        name: text,
        adapter: text,
        model: text.optional(),
        limit: number.optional(),
        isDefault: flag,
        version: text.optional(),
        problem: text.optional(),
      }),
    ),
  }),
  AgentsTest: z.strictObject({
    agents: z.array(z.strictObject({ name: text, isUsable: flag, detail: text })),
  }),
  ...REPORT_SHAPES,
  Failed: z.strictObject({
    error: z.strictObject({ code: errorCode, message: text }),
  }),
  ErrorCode: errorCode,
  Counts: counts,
  AgentEvent: agentEvent,
};
