import * as z from "zod";
import { BLACKBOARD_SHAPES } from "./json-shapes.ts";

// What the commands that report print with --json. Strict: nothing more is printed.

const { AttemptState, Failure, Interrupt, TaskState, Usage } = BLACKBOARD_SHAPES;

const text = z.string();
const number = z.number();

export const countsShape = z.record(TaskState, number);

const relations = z.strictObject({
  id: text,
  title: text,
  state: TaskState,
  dependsOn: z.array(text),
  dependents: z.array(text),
});

const spending = {
  attempts: number,
  unsuccessful: number,
  usage: Usage,
  withoutUsage: number,
  costUsd: number.optional(),
  unsuccessfulUsd: number.optional(),
  withoutCost: number,
  estimatedUsd: number.optional(),
};

const configFile = { file: text, isThere: z.boolean() };

const origin = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("flag"), name: text }),
  z.strictObject({ kind: z.literal("environment"), name: text }),
  z.strictObject({ kind: z.literal("file"), file: text, line: number.optional() }),
  z.strictObject({ kind: z.literal("default") }),
]);

const processOf = z.strictObject({ pid: number, host: text });
const manager = z.enum(["systemd", "launchd"]);

/** By the names that the documentation gives them. */
export const REPORT_SHAPES = {
  Ps: z.strictObject({
    agents: z.array(
      z.strictObject({
        taskId: text,
        title: text,
        attempt: number,
        agent: text,
        step: z.enum(["starting", "working", "ended", "checks", "stopping", "pausing"]),
        pid: number.optional(),
        sinceMs: number,
        usage: Usage.optional(),
        costUsd: number.optional(),
        costIsEstimated: z.boolean().optional(),
        branch: text,
        workspacePath: text.optional(),
        process: z.enum(["running", "ended", "unknown"]),
        lastOutputAtMs: number.optional(),
      }),
    ),
  }),
  TimeoutList: z.strictObject({
    attempts: z.array(
      z.strictObject({
        taskId: text,
        title: text,
        attempt: number,
        agent: text,
        timeoutMs: number,
        usedMs: number,
        leftMs: number,
        stallMs: number.optional(),
        quietMs: number,
      }),
    ),
  }),
  TimeoutExtend: z.strictObject({ id: text, title: text, timeoutMs: number }),
  TimeoutNow: z.strictObject({ id: text, title: text }),
  DaemonStart: z.strictObject({ process: processOf, log: text }),
  DaemonStatus: z.strictObject({ isRunning: z.boolean(), process: processOf.optional() }),
  DaemonStop: z.strictObject({ wasRunning: z.boolean(), agentsLeft: number }),
  DaemonInstall: z.strictObject({ file: text, manager, text, enable: text }),
  DaemonUninstall: z.strictObject({ file: text, manager, isThere: z.boolean(), disable: text }),
  Attach: z.strictObject({ command: z.array(text), workspacePath: text }),
  Clean: z.strictObject({
    leftovers: z.array(text),
    rescued: z.array(text),
    isWorked: z.boolean(),
  }),
  Wait: z.strictObject({
    end: z.strictObject({ kind: z.enum(["rest", "timeout", "stopped"]) }),
    counts: countsShape,
    tasks: z.array(
      z.strictObject({
        id: text,
        title: text,
        state: TaskState,
        waitReason: text.optional(),
        rest: z.enum(["complete", "ended", "needs_human", "no_agent"]).optional(),
      }),
    ),
    interrupts: z.array(Interrupt),
  }),
  Deps: z.strictObject({ tasks: z.array(relations) }),
  DepsValidate: z.strictObject({
    taskCount: number,
    flaws: z.array(
      z.strictObject({
        kind: z.enum(["cycle", "missing", "dead", "waits_for_human"]),
        taskIds: z.array(text),
        blocked: number,
        problem: text,
        cure: text,
      }),
    ),
  }),
  Cost: z.strictObject({
    by: z.enum(["agent", "task", "day"]),
    rows: z.array(z.strictObject({ key: text, ...spending })),
    total: z.strictObject(spending),
  }),
  Compare: z.strictObject({
    attempts: z.array(
      z.strictObject({
        taskId: text,
        title: text,
        attempt: number,
        agent: text,
        state: AttemptState,
        failure: Failure.optional(),
        checks: z.array(z.strictObject({ name: text, passed: z.boolean(), durationMs: number })),
        changes: z
          .strictObject({ files: number, insertions: number, deletions: number })
          .optional(),
        usage: Usage.optional(),
        costUsd: number.optional(),
        costIsEstimated: z.boolean().optional(),
        durationMs: number.optional(),
        branch: text,
        commit: text.optional(),
      }),
    ),
  }),
  ConfigShow: z.strictObject({
    ...configFile,
    settings: z.array(z.strictObject({ key: text, value: z.unknown().optional(), origin: origin })),
  }),
  ConfigValidate: z.strictObject({
    ...configFile,
    mistakes: z.array(
      z.strictObject({ line: number.optional(), column: number.optional(), problem: text }),
    ),
  }),
  ConfigSet: z.strictObject({
    file: text,
    key: text,
    before: z.unknown().optional(),
    after: z.unknown().optional(),
    isChanged: z.boolean(),
  }),
  Completion: z.strictObject({ shell: z.enum(["bash", "zsh", "fish"]), script: text }),
};
