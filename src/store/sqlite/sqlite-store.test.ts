import { copyFileSync, renameSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { accept } from "../../core/decision.ts";
import { storeConformance } from "../conformance.ts";
import { damageConformance } from "../conformance/damage.ts";
import { add, assign, loaded } from "../conformance/builders.ts";
import { expectEachSeesTheOther } from "../conformance/processes.ts";
import { openSqliteStore } from "./sqlite-store.ts";
import { temporaryFile } from "./testing/temporary-file.ts";

storeConformance("SQLite", async () => openSqliteStore(temporaryFile()));

damageConformance("SQLite", async () => {
  const file = temporaryFile();
  const damage = async (statement: string): Promise<void> => {
    const database = new DatabaseSync(file, { enableForeignKeyConstraints: false });
    database.exec(statement);
    database.close();
  };
  return { store: openSqliteStore(file), damage };
});

test("a decision sees what another connection has written since the last one", async () => {
  const file = temporaryFile();
  const [left, right] = [openSqliteStore(file), openSqliteStore(file)];
  await add(left, ["one"]);
  await assign(left);
  await expectEachSeesTheOther(left, right);
  expect(await left.attemptsOf("one")).toHaveLength(4);
  await Promise.all([left.close(), right.close()]);
});

test("a decision sees nothing of one that was rolled back", async () => {
  const store = openSqliteStore(temporaryFile());
  await add(store, ["one"]);
  const events = [
    { type: "task_cancelled", runId: "queue", atMs: 1, taskId: "one" },
    { type: "task_unparked", runId: "no-such-run", atMs: 1, taskId: "one" },
  ] as const;
  const failing = store.transact({ taskIds: ["one"] }, () => ({ kind: "accepted", events }));

  await expect(failing).rejects.toThrow("no-such-run");
  const { tasks } = await loaded(store, { taskIds: ["one"] });
  expect(tasks.get("one")).toMatchObject({ state: "ready" });
  await store.close();
});

test("nothing is written to a file that has lost its name, until it has it again", async () => {
  const file = temporaryFile();
  const store = openSqliteStore(file);
  await add(store, ["one"]);
  renameSync(file, `${file}.away`);
  const refused = { code: "STORE_UNAVAILABLE", message: expect.stringContaining("moved away") };
  await expect(add(store, ["two"])).rejects.toMatchObject(refused);
  copyFileSync(`${file}.away`, file);
  await expect(add(store, ["two"])).rejects.toMatchObject(refused);

  renameSync(`${file}.away`, file);
  await add(store, ["two"]);
  expect(await store.tasksAfter("", 10)).toHaveLength(2);
  await store.close();
});

test("a decision may have any number of events", async () => {
  const store = openSqliteStore(temporaryFile());
  await add(store, ["one"]);
  const event = { type: "task_unparked", runId: "queue", taskId: "one", atMs: 1 } as const;
  await store.transact({}, () => accept(Array.from({ length: 150_000 }, () => event)));
  expect(await store.lastSeq("queue")).toBe(150_003);
  await store.close();
});
