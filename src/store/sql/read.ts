import type { Kysely } from "kysely";
import type { Attempt } from "../../core/attempt.ts";
import type { RecordedEvent } from "../../core/events.ts";
import type { Interrupt } from "../../core/interrupt.ts";
import type { Run } from "../../core/run.ts";
import { PAUSE_END_MS } from "../../core/schedule.ts";
import { TASK_STATES, type Task, type TaskState } from "../../core/task.ts";
import type { BlackboardReader, MergeEntry } from "../store.ts";
import { listTasks } from "./list-tasks.ts";
import { AWAITING_QA, OPEN, SUCCEEDED } from "./literals.ts";
import { isLatestAttempt, liveAttempts } from "./load-attempts.ts";
import { dueParked, tasksById } from "./load-tasks.ts";
import { runForIds, runPrepared } from "./prepared.ts";
import { eventFromRow, parsed } from "./rows.ts";
import type { Database } from "./schema.ts";

type Db = Kysely<Database>;

/** Answers questions from the projections; the same functions for every SQL database. */
export function sqlReader(db: Db): BlackboardReader {
  return {
    runs: async () => readRuns(db),
    run: async (id) => readRun(db, id),
    task: async (id) => readTask(db, id),
    tasksById: async (ids) => new Map((await tasksById(db, ids)).map((task) => [task.id, task])),
    tasksAfter: async (id, limit) => readTasksAfter(db, id, limit),
    taskIdsWithPrefix: async (prefix, limit) => readIds(db, prefix, limit),
    tasks: async (filter) => listTasks(db, filter),
    parkedTasks: async (limit) => dueParked(db, { nowMs: PAUSE_END_MS - 1, limit }),
    countTasks: async () => countTasks(db),
    attemptsOf: async (...taskIds) => readAttempts(db, taskIds),
    liveAttempts: async (nodeId) => liveAttempts(db, nodeId),
    openInterrupts: async (limit) => readOpenInterrupts(db, limit),
    mergeQueue: async (limit) => readMergeQueue(db, limit),
    events: async (runId, afterSeq, limit) => readEvents(db, runId, afterSeq, limit),
    eventsOfTask: async (taskId) => readEventsOfTask(db, taskId),
    lastSeq: async (runId) => readLastSeq(db, runId),
  };
}

async function readRuns(db: Db): Promise<Run[]> {
  const rows = await db.selectFrom("runs").select("data").orderBy("id").execute();
  return rows.map((row) => parsed<Run>(row.data));
}

async function readRun(db: Db, id: string): Promise<Run | undefined> {
  const row = await db.selectFrom("runs").select("data").where("id", "=", id).executeTakeFirst();
  return row && parsed<Run>(row.data);
}

async function readTask(db: Db, id: string): Promise<Task | undefined> {
  const [row] = await runPrepared(db, "read task", [id], () =>
    db.selectFrom("tasks").select("data").where("id", "=", id),
  );
  return row && parsed<Task>(row.data);
}

async function readTasksAfter(db: Db, id: string, limit: number): Promise<Task[]> {
  const rows = await runPrepared(db, "tasks after", [id, limit], () =>
    db.selectFrom("tasks").select("data").where("id", ">", id).orderBy("id").limit(limit),
  );
  return rows.map((row) => parsed<Task>(row.data));
}

async function readIds(db: Db, prefix: string, limit: number): Promise<string[]> {
  // A range rather than `like`, so that the index serves it and nothing has to be escaped.
  const rows = await db
    .selectFrom("tasks")
    .select("id")
    .where("id", ">=", prefix)
    .where("id", "<", `${prefix}\u{10FFFF}`)
    .orderBy("id")
    .limit(limit)
    .execute();
  return rows.map((row) => row.id);
}

async function countTasks(db: Db): Promise<Record<TaskState, number>> {
  const rows = await db
    .selectFrom("tasks")
    .select(["state", (eb) => eb.fn.countAll<number>().as("count")])
    .groupBy("state")
    .execute();
  const counts = new Map(rows.map((row) => [row.state, row.count]));
  const entries = TASK_STATES.map((state) => [state, counts.get(state) ?? 0] as const);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- TASK_STATES is every state.
  return Object.fromEntries(entries) as Record<TaskState, number>;
}

async function readAttempts(db: Db, taskIds: readonly string[]): Promise<Attempt[]> {
  const rows = await runForIds(db, "tasks' attempts", taskIds.toSorted(), (some) =>
    db
      .selectFrom("attempts")
      .select("data")
      .where("task_id", "in", some)
      .orderBy("task_id")
      .orderBy("number"),
  );
  return rows.map((row) => parsed<Attempt>(row.data));
}

async function readOpenInterrupts(db: Db, limit: number): Promise<Interrupt[]> {
  const rows = await db
    .selectFrom("interrupts")
    .select("data")
    .where("is_open", "=", OPEN)
    .orderBy("opened_at")
    .orderBy("id")
    .limit(limit)
    .execute();
  return rows.map((row) => parsed<Interrupt>(row.data));
}

async function readMergeQueue(db: Db, limit: number): Promise<MergeEntry[]> {
  const rows = await runPrepared(db, "merge queue", [limit], () =>
    db
      .selectFrom("tasks")
      .innerJoin("attempts", "attempts.task_id", "tasks.id")
      .select(["tasks.data as task", "attempts.data as attempt"])
      .where("tasks.state", "=", AWAITING_QA)
      .where("attempts.state", "=", SUCCEEDED)
      // A task that was retried by a person may have an earlier attempt that succeeded.
      .where(isLatestAttempt)
      .orderBy("attempts.ended_at")
      .orderBy("tasks.id")
      .limit(limit),
  );
  return rows.map((row) => ({
    task: parsed<Task>(row.task),
    attempt: parsed<Attempt>(row.attempt),
  }));
}

async function readEvents(
  db: Db,
  runId: string,
  afterSeq: number,
  limit: number,
): Promise<RecordedEvent[]> {
  const rows = await db
    .selectFrom("events")
    .selectAll()
    .where("run_id", "=", runId)
    .where("seq", ">", afterSeq)
    .orderBy("seq")
    .limit(limit)
    .execute();
  return rows.map(eventFromRow);
}

async function readEventsOfTask(db: Db, taskId: string): Promise<RecordedEvent[]> {
  const rows = await db
    .selectFrom("events")
    .selectAll()
    .where("task_id", "=", taskId)
    .orderBy("run_id")
    .orderBy("seq")
    .execute();
  return rows.map(eventFromRow);
}

async function readLastSeq(db: Db, runId: string): Promise<number> {
  const row = await db
    .selectFrom("runs")
    .select("next_seq")
    .where("id", "=", runId)
    .executeTakeFirst();
  return (row?.next_seq ?? 1) - 1;
}
