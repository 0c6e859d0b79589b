import { CompiledQuery } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { add, AGENT, assign, work } from "../conformance/builders.ts";
import type { Db } from "../server/database-server.ts";
import { knowNothing } from "../sql/deciding/known.ts";
import { kyselyOnConnection, type RunStatement } from "../sql/kysely-on-connection.ts";
import { ask } from "../sql/deciding/load.ts";
import { removeSuperseded } from "../sql/projection/superseded.ts";
import type { Database } from "../sql/schema.ts";
import { sqlReader } from "../sql/read.ts";
import type { BlackboardReader, Store } from "../store.ts";
import {
  isPostgresInstalled,
  startPostgres,
  type PostgresService,
} from "../testing/postgres-service.ts";
import { connectPostgres, POSTGRES_FLAVOUR } from "./connect.ts";
import { openPostgresStore } from "./postgres-store.ts";

type Query = (db: Db) => Promise<unknown>;

const asking =
  (question: (reader: BlackboardReader) => Promise<unknown>): Query =>
  async (db) =>
    question(sqlReader(db));
const deciding =
  (scope: Parameters<typeof ask>[2][number]): Query =>
  async (db) =>
    ask(db, knowNothing(), [scope]);

describe.skipIf(!isPostgresInstalled && !process.env["CI"])("PostgreSQL", () => {
  let service: PostgresService;
  beforeAll(async () => {
    service = await startPostgres();
  });
  afterAll(async () => service[Symbol.asyncDispose]());

  // Also when next to nothing is there: a plan stays that was made then.
  test.each<[string, Query]>([
    ["an assignment", deciding({ assignment: { agents: [AGENT], headPerAgent: 64 } })],
    ["tasks with their dependents", deciding({ taskIds: ["one", "two"], dependents: "direct" })],
    ["all that depends on a task", deciding({ taskIds: ["one"], dependents: "all" })],
    ["due tasks", deciding({ dueParked: { nowMs: 1, limit: 9 } })],
    ["runs", deciding({ runIds: ["queue"] })],
    ["a node's live attempts", asking(async (reader) => reader.liveAttempts("node"))],
    ["all live attempts", asking(async (reader) => reader.liveAttempts())],
    ["parked tasks", asking(async (reader) => reader.parkedTasks(10))],
    ["open questions", asking(async (reader) => reader.openInterrupts(10))],
    ["ids by prefix", asking(async (reader) => reader.taskIdsWithPrefix("ab", 10))],
    ["counts", asking(async (reader) => reader.countTasks())],
    ["one task", asking(async (reader) => reader.task("one"))],
    ["attempts of a task", asking(async (reader) => reader.attemptsOf("one"))],
    ["the merge queue", asking(async (reader) => reader.mergeQueue(10))],
    ["events", asking(async (reader) => reader.events("queue", 5, 10))],
    ["what archives have left", async (db) => removeSuperseded(db)],
    ["events of a task", asking(async (reader) => reader.eventsOfTask("one"))],
    [
      "a list of tasks",
      asking(async (reader) => reader.tasks({ states: ["complete"], limit: 9, newestFirst: true })),
    ],
  ])("finds %s by an index", async (_what, query) => {
    for (const plan of await plansOf(query)) {
      expect(plan).toMatch(/Index/);
      expect(plan).not.toMatch(/Seq Scan|Hash|Merge/);
    }
  });

  test("finds ready tasks in the order in which they are worked", async () => {
    const plans = await plansOf(deciding({ assignment: { agents: [AGENT], headPerAgent: 64 } }));
    expect(plans.filter((plan) => plan.includes("tasks_ready"))).toHaveLength(1);
    for (const plan of plans) expect(plan).not.toContain("Sort");
  });

  test("looks for what is to be merged among waiting tasks alone, though nearly all are done", async () => {
    const plans = await plansOf(
      asking(async (reader) => reader.mergeQueue(10)),
      async (store) => {
        const ids = Array.from({ length: 100 }, (_, index) => `done-${index}`);
        await add(store, ids);
        await assign(store);
        await Promise.all(ids.map(async (id) => work(store, id)));
        await service.query("analyze");
      },
    );
    for (const plan of plans) {
      expect(plan).toContain("Index Cond: (state = 'awaiting_qa'::text)");
      // Each scan has a condition that its index serves.
      expect(plan.match(/Index Cond/g)).toHaveLength(
        plan.match(/Index (Only )?Scan/g)?.length ?? 0,
      );
    }
  });

  /** How the server goes about the statements that `query` makes, as it prepares them. */
  async function plansOf(
    query: Query,
    prepare: (store: Store) => Promise<unknown> = async () => undefined,
  ): Promise<string[]> {
    const location = await service.newBlackboard();
    const store = await openPostgresStore(location);
    const connection = await connectPostgres(location);
    const made: CompiledQuery[] = [];
    const run: RunStatement = async (statement) => {
      if (!made.some(({ sql }) => sql === statement.sql)) made.push(statement);
      return connection.run(statement);
    };
    // With rows, so that the query goes all its way.
    await add(store, ["one", "two"]);
    await assign(store, { capacity: 1 });
    await prepare(store);
    await query(kyselyOnConnection<Database>(POSTGRES_FLAVOUR, run));
    await store.close();
    const plans = made.map(async ({ sql, parameters }) => {
      const { rows } = await connection.run<Record<string, string>>(
        CompiledQuery.raw(`explain ${sql}`, [...parameters]),
      );
      return rows.map((row) => Object.values(row)[0]).join("\n");
    });
    const settled = await Promise.all(plans);
    await connection.close();
    expect(settled.length).toBeGreaterThan(0);
    return settled;
  }
});
