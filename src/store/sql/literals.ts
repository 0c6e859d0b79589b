import { sql, type RawBuilder } from "kysely";
import type { TaskState } from "../../core/task.ts";

// Written into the SQL instead of bound: a partial index serves a query only when its condition is
// seen in the text, and SQLite would prepare a statement anew for every value of a parameter there.
export const READY: RawBuilder<TaskState> = sql.lit("ready");
export const LIVE: RawBuilder<number> = sql.lit(1);
export const OPEN: RawBuilder<number> = sql.lit(1);
