import type { DatabaseSync } from "node:sqlite";
import { NO_USAGE } from "../src/core/usage.ts";

/**
 * What the life of a task writes, as one would write it by hand for this one purpose: prepared
 * statements, nothing read, nothing decided, the same rows and as many commits as the store makes.
 */
export function lifeOfTasksInBareSql(
  database: DatabaseSync,
  ids: readonly string[],
  batchSize: number,
): void {
  const write = writer(database);
  for (let done = 0; done < ids.length; done += batchSize) {
    const batch = ids.slice(done, done + batchSize);
    inOneCommit(database, () => {
      for (const id of batch) {
        write.addAttempt.run(`${id}-1`, id, attemptData(id, "queued"));
        write.task.run("active", 1, taskData(id, "active"), id);
      }
      write.events("attempt_assigned", batch, {
        number: 1,
        epoch: 1,
        nodeId: "node",
        agent: "script",
        branch: ATTEMPT.branch,
        startFrom: "previous",
      });
    });
    inOneCommit(database, () => {
      for (const id of batch) {
        write.attempt.run("starting", 1, null, attemptData(id, "starting"), `${id}-1`);
        write.events("attempt_prepared", [id], {
          workspacePath: ATTEMPT.workspacePath,
          baseCommit: SHA,
          resumesSession: false,
        });
      }
    });
    inOneCommit(database, () => {
      for (const id of batch) {
        write.attempt.run("running", 1, null, attemptData(id, "running"), `${id}-1`);
        write.events("attempt_started", [id], { pid: 4711 });
      }
    });
    inOneCommit(database, () => {
      for (const id of batch) {
        write.attempt.run("running", 1, null, attemptData(id, "running"), `${id}-1`);
        write.task.run("awaiting_qa", 1, taskData(id, "awaiting_qa"), id);
        write.events("attempt_finished", [id], {
          commit: SHA,
          summary: ATTEMPT.summary,
          usage: NO_USAGE,
        });
      }
    });
    inOneCommit(database, () => {
      for (const id of batch) {
        write.attempt.run("succeeded", 0, 2, attemptData(id, "succeeded"), `${id}-1`);
        write.task.run("complete", 1, taskData(id, "complete"), id);
        write.events("attempt_succeeded", [id], { evidence: [] });
        write.events("task_completed", [id], {});
      }
    });
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

function taskData(id: string, state: string): string {
  return JSON.stringify({ id, state, ...TASK });
}

function attemptData(id: string, state: string): string {
  return JSON.stringify({ id: `${id}-1`, taskId: id, state, ...ATTEMPT });
}

function writer(database: DatabaseSync) {
  const nextSeq = database.prepare(
    "update runs set next_seq = next_seq + ? where id = 'queue' returning next_seq",
  );
  const addEvent = database.prepare("insert into events values ('queue', ?, 1, ?, ?, ?)");
  return {
    addAttempt: database.prepare(
      "insert into attempts values (?, ?, 1, 'node', 'queued', 1, null, ?)",
    ),
    attempt: database.prepare(
      "update attempts set state = ?, is_live = ?, ended_at = ?, data = ? where id = ?",
    ),
    task: database.prepare("update tasks set state = ?, rank = ?, data = ? where id = ?"),
    events: (type: string, taskIds: readonly string[], particulars: object): void => {
      const last = Number(nextSeq.get(taskIds.length)?.["next_seq"]) - 1;
      for (const [index, taskId] of taskIds.entries()) {
        const seq = last - taskIds.length + 1 + index;
        addEvent.run(seq, type, taskId, JSON.stringify({ taskId, ...particulars }));
      }
    },
  };
}

function inOneCommit(database: DatabaseSync, work: () => void): void {
  database.exec("begin immediate");
  work();
  database.exec("commit");
}
