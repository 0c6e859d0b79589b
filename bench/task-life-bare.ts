import type { DatabaseSync } from "node:sqlite";
import { NO_USAGE } from "../src/core/usage.ts";

/** Of a batch: one for each step of its tasks' lives, or one for all of them. */
type Commits = "each step" | "all steps";

/** What the life of tasks writes, as one would write it by hand for this one purpose. */
export type BareSql = {
  /** Adds them, in one commit. */
  readonly add: (ids: readonly string[]) => void;
  /** Takes those that were added through their lives, as many in a commit as are worked at a time. */
  readonly work: (ids: readonly string[], batchSize: number, commits: Commits) => void;
};

/** Prepared statements, nothing read, nothing decided, and the same rows as the store writes. */
export function bareSqlOn(database: DatabaseSync): BareSql {
  const write = prepareWrites(database);
  return {
    add: (ids) =>
      inOneCommit(database, () => {
        for (const id of ids) write.addTask.run(id, taskData(id, "ready"));
        addEvents(write, ADDED, ids);
      }),
    work: (ids, batchSize, commits) => {
      const together = commits === "all steps" ? [STEPS] : STEPS.map((step) => [step]);
      for (let done = 0; done < ids.length; done += batchSize) {
        const batch = ids.slice(done, done + batchSize);
        for (const steps of together) {
          inOneCommit(database, () => steps.forEach((step) => takeStep(write, step, batch)));
        }
      }
    },
  };
}

function takeStep(write: Writes, step: Step, batch: readonly string[]): void {
  for (const id of batch) {
    if (step.attempt === "queued") {
      write.addAttempt.run(`${id}-1`, id, attemptData(id, step.attempt));
    } else if (step.attempt === "succeeded") {
      write.endAttempt.run(step.attempt, attemptData(id, step.attempt), `${id}-1`);
    } else {
      write.attempt.run(step.attempt, attemptData(id, step.attempt), `${id}-1`);
    }
    if (step.task) write.task.run(step.task, taskData(id, step.task), id);
  }
  addEvents(write, step.events, batch);
}

function addEvents(write: Writes, events: Step["events"], ids: readonly string[]): void {
  let seq = Number(write.takeNumbers.get(events.length * ids.length)?.["first"]);
  for (const taskId of ids) {
    for (const { type, ...particulars } of events) {
      write.addEvent.run(seq++, type, taskId, JSON.stringify({ taskId, ...particulars }));
    }
  }
}

const SHA = "c".repeat(40);
/** As much as the store keeps of a task and of an attempt. */
const TASK = {
  title: "Do nothing",
  prompt: "Do nothing, and say so.",
  role: "coder",
  agent: "script",
  priority: 0,
  dependsOn: [],
  acceptanceCriteria: [],
  checks: [],
  limits: { timeoutMs: 60_000, stallMs: 0, maxRetries: 4 },
  targetBranch: "main",
  merges: false,
  runId: "queue",
  pendingDependencies: 0,
  epoch: 2,
  attemptCount: 1,
  failureCount: 0,
  lossCount: 0,
  waitCount: 0,
  createdAtMs: 1,
  readyAtMs: 1,
  endedAtMs: 1,
  commit: SHA,
};
const ATTEMPT = {
  runId: "queue",
  number: 1,
  epoch: 1,
  nodeId: "node",
  agent: "script",
  branch: "orchestra/task-1000-do-nothing/1",
  startFrom: "previous",
  resumesSession: false,
  workspacePath: "/tmp/orchestra/worktrees/task",
  baseCommit: SHA,
  pid: 4711,
  queuedAtMs: 1,
  startedAtMs: 1,
  endedAtMs: 1,
  isStopping: false,
  usage: NO_USAGE,
  commit: SHA,
  summary: { diffStat: "1 file changed", lastMessages: ["Done."] },
  evidence: [],
};

type Step = {
  readonly attempt: string;
  readonly task?: string;
  readonly events: readonly { readonly type: string; readonly [particular: string]: unknown }[];
};

const { title, prompt, role, limits, targetBranch } = TASK;
const ADDED: Step["events"] = [
  { type: "task_added", definition: { title, prompt, role, limits, targetBranch } },
  { type: "task_readied" },
];

const STEPS: readonly Step[] = [
  {
    attempt: "queued",
    task: "active",
    events: [
      {
        type: "attempt_assigned",
        number: 1,
        epoch: 1,
        nodeId: "node",
        agent: "script",
        branch: ATTEMPT.branch,
        startFrom: "previous",
      },
    ],
  },
  {
    attempt: "starting",
    events: [
      {
        type: "attempt_prepared",
        workspacePath: ATTEMPT.workspacePath,
        baseCommit: SHA,
        resumesSession: false,
      },
    ],
  },
  { attempt: "running", events: [{ type: "attempt_started", pid: 4711 }] },
  {
    attempt: "running",
    task: "awaiting_qa",
    events: [{ type: "attempt_finished", commit: SHA, summary: ATTEMPT.summary, usage: NO_USAGE }],
  },
  {
    attempt: "succeeded",
    task: "complete",
    events: [{ type: "attempt_succeeded", evidence: [] }, { type: "task_completed" }],
  },
];

function taskData(id: string, state: string): string {
  return JSON.stringify({ id, state, ...TASK });
}

function attemptData(id: string, state: string): string {
  return JSON.stringify({ id: `${id}-1`, taskId: id, state, ...ATTEMPT });
}

function prepareWrites(database: DatabaseSync) {
  return {
    addTask: database.prepare(
      "insert into tasks values (?, 'queue', 'ready', 'script', 1, null, 1, ?)",
    ),
    addAttempt: database.prepare(
      "insert into attempts values (?, ?, 1, 'node', 'queued', 1, null, ?)",
    ),
    attempt: database.prepare("update attempts set state = ?, data = ? where id = ?"),
    endAttempt: database.prepare(
      "update attempts set state = ?, is_live = 0, ended_at = 1, data = ? where id = ?",
    ),
    task: database.prepare("update tasks set state = ?, data = ? where id = ?"),
    takeNumbers: database.prepare(
      "update runs set next_seq = next_seq + ?1 where id = 'queue' returning next_seq - ?1 as first",
    ),
    addEvent: database.prepare("insert into events values ('queue', ?, 1, ?, ?, ?)"),
  };
}

type Writes = ReturnType<typeof prepareWrites>;

function inOneCommit(database: DatabaseSync, work: () => void): void {
  database.exec("begin immediate");
  work();
  database.exec("commit");
}
