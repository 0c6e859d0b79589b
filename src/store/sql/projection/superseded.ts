import type { Kysely } from "kysely";
import { TASKS_ARCHIVED } from "../literals.ts";
import type { Database } from "../schema.ts";

/**
 * Takes away what the log says of tasks that have left, but for the last of it in each run, which is
 * what the others have become part of.
 */
export async function removeSuperseded(db: Kysely<Database>): Promise<void> {
  const notices = await db
    .selectFrom("events")
    .select(["run_id", "seq"])
    .where("type", "=", TASKS_ARCHIVED)
    .where("task_id", "is", null)
    .orderBy("run_id")
    .orderBy("seq")
    .execute();
  for (const [runId, ofRun] of Map.groupBy(notices, (notice) => notice.run_id)) {
    const last = ofRun.at(-1)?.seq ?? 0;
    await db
      .deleteFrom("events")
      .where("run_id", "=", runId)
      .where("type", "=", TASKS_ARCHIVED)
      .where("task_id", "is", null)
      .where("seq", "<", last)
      .execute();
  }
}
