import type { Kysely } from "kysely";
import { evolveAll } from "../../../core/evolve.ts";
import type { RecordedEvent } from "../../../core/events.ts";
import { EMPTY_STATE } from "../../../core/state.ts";
import { notEmpty, type History } from "../../history.ts";
import { insertRows } from "../insert-rows.ts";
import { rowOfEvent, rowOfRun } from "../rows.ts";
import type { Database } from "../schema.ts";
import { fillProjection } from "./fill.ts";

type Db = Kysely<Database>;

/** Writes a history into a blackboard that is empty; the caller has begun a transaction. */
export async function adoptHistory(db: Db, history: History): Promise<void> {
  const someone = await db.selectFrom("runs").select("id").limit(1).execute();
  if (someone.length > 0) throw notEmpty();
  for await (const events of history()) await appendAsTheyAre(db, events);
  await fillProjection(db);
}

/** Whether the log is as long as the history: it was empty when the history was begun to be written. */
export async function isAdopted(db: Db, history: History): Promise<boolean> {
  let length = 0;
  for await (const events of history()) length += events.length;
  const { count } = await db
    .selectFrom("events")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .executeTakeFirstOrThrow();
  return count === length;
}

/** With the numbers that they have. The numbers of what comes next follow from them at the end. */
async function appendAsTheyAre(db: Db, events: readonly RecordedEvent[]): Promise<void> {
  const { runs } = evolveAll(
    EMPTY_STATE,
    events.filter(({ type }) => type === "run_created"),
  );
  await insertRows(db, "runs", [...runs.values()].map(rowOfRun));
  await insertRows(
    db,
    "events",
    events.map(({ seq, ...event }) => rowOfEvent(event, seq)),
  );
}
