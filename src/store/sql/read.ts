import type { Kysely } from "kysely";
import type { Attempt } from "../../core/attempt.ts";
import type { RecordedEvent } from "../../core/events.ts";
import type { Interrupt } from "../../core/interrupt.ts";
import type { Run } from "../../core/run.ts";
import { TASK_STATES, type Task, type TaskState } from "../../core/task.ts";
import type { BlackboardReader, MergeEntry } from "../store.ts";
import { listTasks } from "./list-tasks.ts";
import { LIVE, OPEN } from "./literals.ts";
import { eventFromRow, parsed } from "./rows.ts";
import type { Database } from "./schema.ts";

type Db = Kysely<Database>;

/** Answers questions from the projections; the same functions for every SQL database. */
export function sqlReader(db: Db): BlackboardReader {
  return {
    run: async (id) => readRun(db, id),
    task: async (id) => readTask(db, id),
    taskIdsWithPrefix: async (prefix, limit) => readIds(db, prefix, limit),
    tasks: async (filter) => listTasks(db, filter),
    countTasks: async () => countTasks(db),
    attemptsOf: async (taskId) => readAttempts(db, taskId),
    liveAttempts: async (nodeId) => readLiveAttempts(db, nodeId),
    openInterrupts: async (limit) => readOpenInterrupts(db, limit),
    mergeQueue: async (limit) => readMergeQueue(db, limit),
    nextDueMs: async () => readNextDue(db),
    events: async (runId, afterSeq, limit) => readEvents(db, runId, afterSeq, limit),
    eventsOfTask: async (taskId) => readEventsOfTask(db, taskId),
    lastSeq: async (runId) => readLastSeq(db, runId),
  };
}

async function readRun(db: Db, id: string): Promise<Run | undefined> {
  const row = await db.selectFrom("runs").select("data").where("id", "=", id).executeTakeFirst();
  return row && parsed<Run>(row.data);
}

async function readTask(db: Db, id: string): Promise<Task | undefined> {
  const row = await db.selectFrom("tasks").select("data").where("id", "=", id).executeTakeFirst();
  return row && parsed<Task>(row.data);
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

async function readAttempts(db: Db, taskId: string): Promise<Attempt[]> {
  const rows = await db
    .selectFrom("attempts")
    .select("data")
    .where("task_id", "=", taskId)
    .orderBy("number")
    .execute();
  return rows.map((row) => parsed<Attempt>(row.data));
}

async function readLiveAttempts(db: Db, nodeId: string | undefined): Promise<Attempt[]> {
  let query = db.selectFrom("attempts").select("data").where("is_live", "=", LIVE);
  if (nodeId !== undefined) query = query.where("node_id", "=", nodeId);
  const rows = await query.execute();
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
  const rows = await db
    .selectFrom("tasks")
    .innerJoin("attempts", "attempts.task_id", "tasks.id")
    .select(["tasks.data as task", "attempts.data as attempt"])
    .where("tasks.state", "=", "awaiting_qa")
    .where("attempts.state", "=", "succeeded")
    // A task that was retried by a person may have an earlier attempt that succeeded.
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom("attempts as later")
            .select("later.id")
            .whereRef("later.task_id", "=", "attempts.task_id")
            .whereRef("later.number", ">", "attempts.number"),
        ),
      ),
    )
    .orderBy("attempts.ended_at")
    .orderBy("tasks.id")
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    task: parsed<Task>(row.task),
    attempt: parsed<Attempt>(row.attempt),
  }));
}

async function readNextDue(db: Db): Promise<number | undefined> {
  const row = await db
    .selectFrom("tasks")
    .select("parked_until")
    .where("parked_until", "is not", null)
    .orderBy("parked_until")
    .limit(1)
    .executeTakeFirst();
  return row?.parked_until ?? undefined;
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
