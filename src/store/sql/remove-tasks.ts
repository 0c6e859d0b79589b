import type { Kysely } from "kysely";
import { idChunks } from "./chunks.ts";
import type { Database } from "./schema.ts";

type Db = Kysely<Database>;

/** Takes tasks away with all that names them, their events too. What refers to a row goes before it. */
export async function removeTasks(db: Db, ids: readonly string[]): Promise<void> {
  for (const some of idChunks(ids)) {
    await db.deleteFrom("events").where("task_id", "in", some).execute();
    await db.deleteFrom("dependencies").where("task_id", "in", some).execute();
    await db.deleteFrom("dependencies").where("depends_on_id", "in", some).execute();
    await db.deleteFrom("interrupts").where("task_id", "in", some).execute();
    await db.deleteFrom("attempts").where("task_id", "in", some).execute();
    await db.deleteFrom("tasks").where("id", "in", some).execute();
  }
}
