import type { Attempt } from "../../core/attempt.ts";
import type { Interrupt } from "../../core/interrupt.ts";
import type { Run } from "../../core/run.ts";
import type { Task } from "../../core/task.ts";
import { idChunks } from "../sql/chunks.ts";
import { LIVE, OPEN } from "../sql/literals.ts";
import { runPrepared } from "../sql/prepared.ts";
import { parsed } from "../sql/rows.ts";
import type { Db } from "./database-server.ts";

// Rows of many decisions at once, each by a statement that an index serves.

export type NumberedRun = { readonly run: Run; readonly nextSeq: number };
export type Numbered = { readonly id: string; readonly nextSeq: number };
/** A task that waits for the task `on`. */
export type Link = { readonly on: string; readonly task: Task };

export async function askRuns(db: Db, ids: readonly string[]): Promise<NumberedRun[]> {
  const found: NumberedRun[] = [];
  for (const some of idChunks(ids)) {
    const rows = await runPrepared(db, `${some.length} numbered runs`, some, () =>
      db.selectFrom("runs").select(["data", "next_seq"]).where("id", "in", some),
    );
    found.push(...rows.map((row) => ({ run: parsed<Run>(row.data), nextSeq: row.next_seq })));
  }
  return found;
}

export async function askNumbers(db: Db, ids: readonly string[]): Promise<Numbered[]> {
  const found: Numbered[] = [];
  for (const some of idChunks(ids)) {
    const rows = await runPrepared(db, `numbers of ${some.length} runs`, some, () =>
      db.selectFrom("runs").select(["id", "next_seq"]).where("id", "in", some),
    );
    found.push(...rows.map((row) => ({ id: row.id, nextSeq: row.next_seq })));
  }
  return found;
}

export async function askLatestAttempts(db: Db, taskIds: readonly string[]): Promise<Attempt[]> {
  const found: Attempt[] = [];
  for (const some of idChunks(taskIds)) {
    const rows = await runPrepared(db, `latest attempts of ${some.length}`, some, () =>
      db
        .selectFrom("attempts")
        .select("data")
        .where("task_id", "in", some)
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
        ),
    );
    found.push(...rows.map((row) => parsed<Attempt>(row.data)));
  }
  return found;
}

export async function askOpenInterrupts(db: Db, taskIds: readonly string[]): Promise<Interrupt[]> {
  const found: Interrupt[] = [];
  for (const some of idChunks(taskIds)) {
    const rows = await runPrepared(db, `open interrupts of ${some.length}`, some, () =>
      db
        .selectFrom("interrupts")
        .select("data")
        .where("is_open", "=", OPEN)
        .where("task_id", "in", some),
    );
    found.push(...rows.map((row) => parsed<Interrupt>(row.data)));
  }
  return found;
}

export async function askLinks(db: Db, ids: readonly string[]): Promise<Link[]> {
  const found: Link[] = [];
  for (const some of idChunks(ids)) {
    const rows = await runPrepared(db, `links to ${some.length}`, some, () =>
      db
        .selectFrom("dependencies")
        .innerJoin("tasks", "tasks.id", "dependencies.task_id")
        .select(["depends_on_id", "tasks.data"])
        .where("depends_on_id", "in", some),
    );
    found.push(...rows.map((row) => ({ on: row.depends_on_id, task: parsed<Task>(row.data) })));
  }
  return found;
}

export async function askLive(db: Db): Promise<Attempt[]> {
  const rows = await runPrepared(db, "live attempts", [], () =>
    db.selectFrom("attempts").select("data").where("is_live", "=", LIVE),
  );
  return rows.map((row) => parsed<Attempt>(row.data));
}
