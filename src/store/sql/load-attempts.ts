import type { Expression, ExpressionBuilder, Kysely, SqlBool } from "kysely";
import type { Attempt } from "../../core/attempt.ts";
import type { Interrupt } from "../../core/interrupt.ts";
import { LIVE, OPEN } from "./literals.ts";
import { runForIds, runPrepared } from "./prepared.ts";
import { parsed } from "./rows.ts";
import type { Database } from "./schema.ts";

type Db = Kysely<Database>;

/** The attempts that have not ended, of one node or of all. */
export async function liveAttempts(db: Db, nodeId?: string): Promise<Attempt[]> {
  const ofNode = nodeId === undefined ? [] : [nodeId];
  const rows = await runPrepared(db, `live attempts of ${ofNode.length} nodes`, ofNode, () => {
    const live = db.selectFrom("attempts").select("data").where("is_live", "=", LIVE);
    return nodeId === undefined ? live : live.where("node_id", "=", nodeId);
  });
  return rows.map((row) => parsed<Attempt>(row.data));
}

/** What these tasks ask a person, as far as it is not answered. */
export async function openInterruptsOf(db: Db, taskIds: readonly string[]): Promise<Interrupt[]> {
  const rows = await runForIds(db, "tasks' open interrupts", taskIds, (some) =>
    db
      .selectFrom("interrupts")
      .select("data")
      .where("is_open", "=", OPEN)
      .where("task_id", "in", some),
  );
  return rows.map((row) => parsed<Interrupt>(row.data));
}

/** Whether no attempt at the same task is later. */
export function isLatestAttempt(eb: ExpressionBuilder<Database, "attempts">): Expression<SqlBool> {
  const later = eb
    .selectFrom("attempts as later")
    .select("later.id")
    .whereRef("later.task_id", "=", "attempts.task_id")
    .whereRef("later.number", ">", "attempts.number");
  return eb.not(eb.exists(later));
}
