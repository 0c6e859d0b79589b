import { sql, type RawBuilder } from "kysely";
import type { AttemptState } from "../../core/attempt.ts";
import type { RecordedEvent } from "../../core/events.ts";
import type { TaskState } from "../../core/task.ts";

// Written into the SQL instead of bound: a partial index serves a query only when its condition is
// seen in the text, and SQLite would prepare a statement anew for every value of a parameter there.
// PostgreSQL takes a state that it does not see for one that most rows have, and reads them all.
export const READY: RawBuilder<TaskState> = sql.lit("ready");
export const AWAITING_QA: RawBuilder<TaskState> = sql.lit("awaiting_qa");
export const SUCCEEDED: RawBuilder<AttemptState> = sql.lit("succeeded");
export const LIVE: RawBuilder<number> = sql.lit(1);
export const OPEN: RawBuilder<number> = sql.lit(1);
export const TASKS_ARCHIVED: RawBuilder<RecordedEvent["type"]> = sql.lit("tasks_archived");
