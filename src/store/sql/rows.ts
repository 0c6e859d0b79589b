import type { Insertable, Selectable } from "kysely";
import { isLive, type Attempt } from "../../core/attempt.ts";
import { OrchestraError } from "../../core/errors.ts";
import type { Event, RecordedEvent } from "../../core/events.ts";
import type { Interrupt } from "../../core/interrupt.ts";
import type { Run } from "../../core/run.ts";
import { heldUntilMs, rankOf } from "../../core/schedule.ts";
import type { Task } from "../../core/task.ts";
import type { Database } from "./schema.ts";

type Row<Table extends keyof Database> = Insertable<Database[Table]>;
/** The columns that queries choose and order by. */
type Columns<Table extends keyof Database> = Omit<Row<Table>, "data">;

export function rowOfRun(run: Run): Row<"runs"> {
  return { id: run.id, data: JSON.stringify(run) };
}

export function columnsOfTask(task: Task): Columns<"tasks"> {
  const heldMs = heldUntilMs(task);
  return {
    id: task.id,
    run_id: task.runId,
    state: task.state,
    agent: task.agent,
    rank: Math.round(rankOf(task.priority, task.readyAtMs ?? task.createdAtMs)),
    // Spread by jitter, it may be a fraction; never before its time.
    parked_until: heldMs === undefined ? null : Math.ceil(heldMs),
    created_at: task.createdAtMs,
  };
}

export function columnsOfAttempt(attempt: Attempt): Columns<"attempts"> {
  return {
    id: attempt.id,
    task_id: attempt.taskId,
    number: attempt.number,
    node_id: attempt.nodeId,
    state: attempt.state,
    is_live: isLive(attempt.state) ? 1 : 0,
    ended_at: attempt.endedAtMs ?? null,
  };
}

export function columnsOfInterrupt(interrupt: Interrupt): Columns<"interrupts"> {
  return {
    id: interrupt.id,
    task_id: interrupt.taskId,
    opened_at: interrupt.openedAtMs,
    is_open: interrupt.closedAtMs === undefined ? 1 : 0,
  };
}

export function rowOfEvent(event: Event, seq: number): Row<"events"> {
  const { runId, atMs, type, ...data } = event;
  return {
    run_id: runId,
    seq,
    at: atMs,
    type,
    task_id: "taskId" in event ? event.taskId : null,
    data: JSON.stringify(data),
  };
}

export function eventFromRow(row: Selectable<Database["events"]>): RecordedEvent {
  const particulars = parsed<object>(row.data, () => adviceOn(row));
  // The row was written by `rowOfEvent`, so its type and particulars fit together.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return {
    ...particulars,
    type: row.type,
    runId: row.run_id,
    atMs: row.at,
    seq: row.seq,
  } as RecordedEvent;
}

function adviceOn({ seq, run_id: runId }: Selectable<Database["events"]>): string {
  return `Event ${seq} of run ${runId} is spoilt. Restore a copy of the blackboard, or import a backup into another.`;
}

const A_ROW = (): string =>
  "A row of the blackboard is spoilt. Make it anew: orchestra doctor --fix";

/** What this store wrote as JSON, read back; whoever spoilt it is told what to do by `advice`. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
export function parsed<T>(data: string, advice: () => string = A_ROW): T {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return JSON.parse(data) as T;
  } catch (cause) {
    throw new OrchestraError("STORE_UNAVAILABLE", advice(), { cause });
  }
}
