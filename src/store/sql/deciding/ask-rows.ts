import type { Kysely } from "kysely";
import type { Attempt } from "../../../core/attempt.ts";
import type { Run } from "../../../core/run.ts";
import type { Task } from "../../../core/task.ts";
import { isLatestAttempt } from "../load-attempts.ts";
import { runForIds } from "../prepared.ts";
import { parsed } from "../rows.ts";
import type { Database } from "../schema.ts";

type Db = Kysely<Database>;

// Rows of many decisions at once, each by a statement that an index serves.

export type NumberedRun = { readonly run: Run; readonly nextSeq: number };
export type Numbered = { readonly id: string; readonly nextSeq: number };
/** A task that waits for the task `on`. */
export type Link = { readonly on: string; readonly task: Task };

export async function askRuns(db: Db, ids: readonly string[]): Promise<NumberedRun[]> {
  const rows = await runForIds(db, "numbered runs", ids, (some) =>
    db.selectFrom("runs").select(["data", "next_seq"]).where("id", "in", some),
  );
  return rows.map((row) => ({ run: parsed<Run>(row.data), nextSeq: row.next_seq }));
}

export async function askNumbers(db: Db, ids: readonly string[]): Promise<Numbered[]> {
  const rows = await runForIds(db, "runs' numbers", ids, (some) =>
    db.selectFrom("runs").select(["id", "next_seq"]).where("id", "in", some),
  );
  return rows.map((row) => ({ id: row.id, nextSeq: row.next_seq }));
}

export async function askLatestAttempts(db: Db, taskIds: readonly string[]): Promise<Attempt[]> {
  const rows = await runForIds(db, "tasks' latest attempts", taskIds, (some) =>
    db.selectFrom("attempts").select("data").where("task_id", "in", some).where(isLatestAttempt),
  );
  return rows.map((row) => parsed<Attempt>(row.data));
}

export async function askLinks(db: Db, ids: readonly string[]): Promise<Link[]> {
  const rows = await runForIds(db, "tasks' links", ids, (some) =>
    db
      .selectFrom("dependencies")
      .innerJoin("tasks", "tasks.id", "dependencies.task_id")
      .select(["depends_on_id", "tasks.data"])
      .where("depends_on_id", "in", some),
  );
  return rows.map((row) => ({ on: row.depends_on_id, task: parsed<Task>(row.data) }));
}
