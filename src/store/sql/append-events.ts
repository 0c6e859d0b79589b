import { invariant } from "../../core/invariant.ts";
import type { Kysely } from "kysely";
import type { Event, RecordedEvent } from "../../core/events.ts";
import { insertRows } from "./insert-rows.ts";
import { runPrepared } from "./prepared.ts";
import { rowOfEvent } from "./rows.ts";
import type { Database } from "./schema.ts";

type Db = Kysely<Database>;

/** Appends events to the log; numbers are given per run, without gaps, in the order of commits. */
export async function appendEvents(db: Db, events: readonly Event[]): Promise<RecordedEvent[]> {
  const next = new Map<string, number>();
  for (const [runId, ofRun] of Map.groupBy(events, (event) => event.runId)) {
    next.set(runId, await takeNumbers(db, runId, ofRun.length));
  }
  const recorded = events.map((event) => {
    const seq = next.get(event.runId) ?? 0;
    next.set(event.runId, seq + 1);
    return { ...event, seq };
  });
  await insertRows(
    db,
    "events",
    recorded.map(({ seq, ...event }) => rowOfEvent(event, seq)),
  );
  return recorded;
}

/** The first of `count` numbers that no other event of the run will have. */
async function takeNumbers(db: Db, runId: string, count: number): Promise<number> {
  const [run] = await runPrepared(db, "take numbers", [count, runId], () =>
    db
      .updateTable("runs")
      .set((eb) => ({ next_seq: eb("next_seq", "+", count) }))
      .where("id", "=", runId)
      .returning("next_seq"),
  );
  invariant(run, `Events of run ${runId} come after the one that creates it.`);
  return run.next_seq - count;
}
