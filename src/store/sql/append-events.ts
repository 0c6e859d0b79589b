import assert from "node:assert/strict";
import type { Kysely } from "kysely";
import type { Event, RecordedEvent } from "../../core/events.ts";
import { runPrepared } from "./prepared.ts";
import { rowChunks, valuesOf } from "./chunks.ts";
import { rowOfEvent } from "./rows.ts";
import type { Database } from "./schema.ts";

type Db = Kysely<Database>;

/** Appends events to the log; numbers are given per run, without gaps, in the order of commits. */
export async function appendEvents(db: Db, events: readonly Event[]): Promise<RecordedEvent[]> {
  const recorded: RecordedEvent[] = [];
  for (const [runId, ofRun] of Map.groupBy(events, (event) => event.runId)) {
    const first = await takeNumbers(db, runId, ofRun.length);
    recorded.push(...ofRun.map((event, index) => ({ ...event, seq: first + index })));
  }
  const rows = recorded.map(({ seq, ...event }) => rowOfEvent(event, seq));
  for (const some of rowChunks(rows)) {
    await runPrepared(db, `insert ${some.length} events`, valuesOf(some), () =>
      db.insertInto("events").values(some),
    );
  }
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
  assert(run, `Events of run ${runId} come after the one that creates it.`);
  return run.next_seq - count;
}
