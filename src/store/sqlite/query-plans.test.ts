import type { Kysely } from "kysely";
import { expect, test, vi } from "vitest";
import type { BlackboardReader } from "../store.ts";
import { add, after, assign, cancel, from, prepare } from "../../core/testing/steps.ts";
import { loadState } from "../sql/load-state.ts";
import { saveChanges } from "../sql/save-changes.ts";
import { sqlReader } from "../sql/read.ts";
import type { Database } from "../sql/schema.ts";
import { kyselyOnNodeSqlite } from "./node-sqlite.ts";
import { openForWriting } from "./open-sqlite.ts";
import { temporaryFile } from "./testing/temporary-file.ts";

type Db = Kysely<Database>;

const assigning = async (db: Db): Promise<unknown> =>
  loadState(db, { assignment: { agents: ["script"], headPerAgent: 64 } });
const asking = (ask: (reader: BlackboardReader) => Promise<unknown>) => async (db: Db) =>
  ask(sqlReader(db));

test("an assignment reads the ready tasks from their index, in its order", async () => {
  const plan = await planOf(assigning);
  expect(plan).toContain("SEARCH tasks USING INDEX tasks_ready (agent=?)");
  // The index holds live attempts alone, so reading all of it is reading what is wanted.
  expect(plan).toContain("SCAN attempts USING INDEX attempts_live");
  expect(plan).toHaveLength(2);
});

test.each([
  ["a node's live attempts", asking(async (reader) => reader.liveAttempts("node"))],
  ["all live attempts", asking(async (reader) => reader.liveAttempts())],
  [
    "the next parked task",
    async (db: Db) => loadState(db, { dueParked: { nowMs: 1_000, limit: 1 } }),
  ],
  ["parked tasks", asking(async (reader) => reader.parkedTasks(10))],
  ["open questions", asking(async (reader) => reader.openInterrupts(10))],
  ["ids by prefix", asking(async (reader) => reader.taskIdsWithPrefix("ab", 10))],
  ["counts", asking(async (reader) => reader.countTasks())],
  ["one task", asking(async (reader) => reader.task("one"))],
  ["attempts of a task", asking(async (reader) => reader.attemptsOf("one"))],
  ["events", asking(async (reader) => reader.events("queue", 5, 10))],
  ["events of a task", asking(async (reader) => reader.eventsOfTask("one"))],
  ["due tasks", async (db: Db) => loadState(db, { dueParked: { nowMs: 1, limit: 9 } })],
  ["dependents", async (db: Db) => loadState(db, { taskIds: ["one"], dependents: "all" })],
] as const)("%s come from an index, in order", async (_name, query) => {
  for (const step of await planOf(query)) {
    expect(step).toMatch(/USING (COVERING )?INDEX|USING PRIMARY KEY/);
    expect(step).not.toContain("TEMP B-TREE");
  }
});

test("a list reads whole tasks only when it has chosen them", async () => {
  const plan = await planOf(
    asking(async (reader) => reader.tasks({ states: ["complete"], limit: 9, newestFirst: true })),
  );
  expect(plan).toContain("SEARCH tasks USING COVERING INDEX tasks_state (state=?)");
  expect(plan).not.toContain("SCAN tasks");
});

test("the merge queue looks at waiting tasks alone", async () => {
  const plan = await planOf(asking(async (reader) => reader.mergeQueue(10)));
  for (const step of plan) expect(step).not.toMatch(/^SCAN/);
  expect(plan[0]).toContain("INDEX tasks_state (state=?)");
});

test("what is changed is found by its primary key alone", async () => {
  const before = after(add("one"), assign());
  const changed = from(before, prepare("one"), cancel("one"));
  const plan = await planOf(async (db) => saveChanges(db, before, changed));
  expect(plan).toEqual([
    "SEARCH tasks USING INDEX sqlite_autoindex_tasks_1 (id=?)",
    "SEARCH attempts USING INDEX sqlite_autoindex_attempts_1 (id=?)",
  ]);
});

/** How SQLite goes about the queries that `query` makes. */
async function planOf(query: (db: Db) => Promise<unknown>): Promise<string[]> {
  const file = temporaryFile();
  const database = openForWriting(file);
  const prepare = vi.spyOn(database, "prepare");
  await query(kyselyOnNodeSqlite<Database>(database, file));
  const made = prepare.mock.calls.map(([sql]) => sql);
  expect(made.length).toBeGreaterThan(0);
  const steps = made.flatMap((sql) => database.prepare(`explain query plan ${sql}`).all());
  database.close();
  return steps.map((step) => String(step["detail"]));
}
