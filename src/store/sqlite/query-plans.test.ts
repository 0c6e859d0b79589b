import type { DatabaseSync } from "node:sqlite";
import type { Kysely } from "kysely";
import { expect, test, vi } from "vitest";
import { decide } from "../../core/decide.ts";
import { scopeOf } from "../../core/scope.ts";
import type { Decision } from "../../core/decision.ts";
import { EMPTY_STATE, type Scope, type State } from "../../core/state.ts";
import { add, assign, cancel, from, prepare } from "../../core/testing/steps.ts";
import type { BlackboardReader } from "../store.ts";
import { knowNothing } from "../sql/deciding/known.ts";
import { ask } from "../sql/deciding/load.ts";
import { sqlReader } from "../sql/read.ts";
import type { Database } from "../sql/schema.ts";
import { kyselyOnNodeSqlite } from "./node-sqlite.ts";
import { openForWriting } from "./open-sqlite.ts";
import { commitDecisions, createWriter } from "./writer.ts";
import { temporaryFile } from "./testing/temporary-file.ts";

type Db = Kysely<Database>;

const deciding =
  (scope: Scope) =>
  async (db: Db): Promise<unknown> =>
    ask(db, knowNothing(), [scope]);
const asking = (ask: (reader: BlackboardReader) => Promise<unknown>) => async (db: Db) =>
  ask(sqlReader(db));

test("an assignment reads the ready tasks from their index, in its order", async () => {
  const plan = await planOf(deciding({ assignment: { agents: ["script"], headPerAgent: 64 } }));
  expect(plan).toContain("SEARCH tasks USING INDEX tasks_ready (agent=?)");
  // The index holds live attempts alone, so reading all of it is reading what is wanted.
  expect(plan).toContain("SCAN attempts USING INDEX attempts_live");
  expect(plan).toHaveLength(2);
});

test.each([
  ["a node's live attempts", asking(async (reader) => reader.liveAttempts("node"))],
  ["all live attempts", asking(async (reader) => reader.liveAttempts())],
  ["the next parked task", deciding({ dueParked: { nowMs: 1_000, limit: 1 } })],
  ["parked tasks", asking(async (reader) => reader.parkedTasks(10))],
  ["open questions", asking(async (reader) => reader.openInterrupts(10))],
  ["ids by prefix", asking(async (reader) => reader.taskIdsWithPrefix("ab", 10))],
  ["counts", asking(async (reader) => reader.countTasks())],
  ["one task", asking(async (reader) => reader.task("one"))],
  ["attempts of a task", asking(async (reader) => reader.attemptsOf("one"))],
  ["events", asking(async (reader) => reader.events("queue", 5, 10))],
  ["events of a task", asking(async (reader) => reader.eventsOfTask("one"))],
  ["due tasks", deciding({ dueParked: { nowMs: 1, limit: 9 } })],
  ["dependents", deciding({ taskIds: ["one"], dependents: "all" })],
] as const)("%s come from an index, in order", async (_name, query) => {
  const plan = await planOf(query);
  for (const step of plan) expect(step).not.toContain("TEMP B-TREE");
  for (const step of plan.filter((one) => /^(SEARCH|SCAN)/.test(one))) {
    expect(step).toMatch(/USING (COVERING )?INDEX|USING PRIMARY KEY/);
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

test("what a decision names by its id is found and changed by keys alone", async () => {
  const plan = await planOf(async (db, database) => {
    const writer = createWriter(database, "", db);
    let state = EMPTY_STATE;
    for (const step of [add("one"), assign(), prepare("one"), cancel("one")]) {
      const command = step(state);
      const decideOn = (part: State): Decision => decide(part, command);
      const proposals = [{ scope: scopeOf(command), decide: decideOn }];
      await commitDecisions(writer, proposals, () => undefined);
      state = from(state, step);
    }
  });
  // An assignment reads the index of live attempts, of which it wants all.
  const scans = plan.filter((step) => step.startsWith("SCAN") && !step.includes("VALUES"));
  expect(new Set(scans)).toEqual(new Set(["SCAN attempts USING INDEX attempts_live"]));
});

/** How SQLite goes about the queries that `query` makes. */
async function planOf(
  query: (db: Db, database: DatabaseSync) => Promise<unknown>,
): Promise<string[]> {
  const file = temporaryFile();
  const database = openForWriting(file);
  const prepared = vi.spyOn(database, "prepare");
  await query(kyselyOnNodeSqlite<Database>(database, file), database);
  const made = prepared.mock.calls.map(([sql]) => sql).filter((sql) => !sql.startsWith("pragma"));
  expect(made.length).toBeGreaterThan(0);
  const steps = made.flatMap((sql) => database.prepare(`explain query plan ${sql}`).all());
  database.close();
  return steps.map((step) => String(step["detail"]));
}
