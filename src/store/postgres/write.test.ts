import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { accept } from "../../core/decision.ts";
import { add, assign, work } from "../conformance/builders.ts";
import { execute } from "../execute.ts";
import {
  isPostgresInstalled,
  startPostgres,
  type PostgresService,
} from "../testing/postgres-service.ts";
import { openPostgresStore } from "./postgres-store.ts";

describe.skipIf(!isPostgresInstalled && !process.env["CI"])("what PostgreSQL is sent", () => {
  let service: PostgresService;
  beforeAll(async () => {
    service = await startPostgres();
  });
  afterAll(async () => service[Symbol.asyncDispose]());

  test("is whole: what cannot be written does not take back half of what shares its transaction", async () => {
    const store = await openPostgresStore(await service.newBlackboard());
    onTestFinished(async () => store.close());
    await add(store, ["one", "two"]);
    await assign(store);
    await work(store, "one");
    const ended = { taskIds: ["one"], endedBeforeMs: 10_000, nowMs: 10_000 };
    // No number that JSON can hold.
    const atMs = 5n as unknown as number;
    const [archiving, impossible] = await Promise.allSettled([
      execute(store, { type: "archive_tasks", ...ended }),
      store.transact({ taskIds: ["two"] }, () =>
        accept([{ type: "task_unparked", runId: "queue", taskId: "two", atMs }]),
      ),
    ]);
    expect(archiving).toMatchObject({ status: "fulfilled", value: { kind: "committed" } });
    expect(impossible).toMatchObject({ status: "rejected" });
    expect(await store.flaws()).toEqual([]);
  });
});
