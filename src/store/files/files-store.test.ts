import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { accept } from "../../core/decision.ts";
import { storeConformance } from "../conformance.ts";
import { aTask, add, assign, work } from "../conformance/builders.ts";
import { processConformance } from "../conformance/processes.ts";
import { executeOrThrow } from "../execute.ts";
import { openFilesReader, openFilesStore } from "./files-store.ts";
import { JOURNAL_FILE } from "./ledger.ts";

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "orchestra-files-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "blackboard");
}

const journalIn = (folder: string): string => join(folder, JOURNAL_FILE);
const taskIn = (folder: string, id: string): object =>
  JSON.parse(readFileSync(join(folder, "tasks", `${id}.json`), "utf8")) as object;

storeConformance("files", async () => openFilesStore(temporaryFolder()));

processConformance("files", {
  newUrl: async () => `files:${temporaryFolder()}`,
  heardWithinMs: 100,
});

test("each task has a file that tells all of it", async () => {
  const folder = temporaryFolder();
  const store = openFilesStore(folder);
  await add(store, ["one", "two"]);
  await assign(store);
  await work(store, "one");

  expect(readdirSync(join(folder, "tasks")).toSorted()).toEqual(["one.json", "two.json"]);
  expect(taskIn(folder, "one")).toMatchObject({
    id: "one",
    state: "complete",
    attempts: [{ id: "one-1", state: "succeeded" }],
    interrupts: [],
  });
  expect(taskIn(folder, "two")).toMatchObject({ state: "active" });
  await store.close();
});

test("what cannot be looked at is not taken for no blackboard", () => {
  const folder = temporaryFolder();
  symlinkSync(folder, folder);
  expect(() => openFilesReader(folder)).toThrow(/Could not use/);
});

test("a file that somebody lost or spoilt is written again with its task's next event", async () => {
  const folder = temporaryFolder();
  const store = openFilesStore(folder);
  await add(store, ["one", "two"]);
  writeFileSync(join(folder, "tasks", "one.json"), "{");
  rmSync(join(folder, "tasks.upto"));
  await store.close();

  const again = openFilesStore(folder);
  expect(taskIn(folder, "one")).toMatchObject({ id: "one", state: "ready" });
  await again.close();
});

test("what was half written when its writer died is as if it had not been", async () => {
  const folder = temporaryFolder();
  const store = openFilesStore(folder);
  await add(store, ["one"]);
  await store.close();
  appendFileSync(journalIn(folder), '[{"type":"task_added","runId":"queue",');

  const again = openFilesStore(folder);
  await add(again, ["two"]);
  expect(await again.taskIdsWithPrefix("", 10)).toEqual(["one", "two"]);
  await again.close();
  const reader = openFilesReader(folder);
  expect(await reader?.taskIdsWithPrefix("", 10)).toEqual(["one", "two"]);
  await reader?.close();
});

test("a copy that was put in the place of the journal is read anew", async () => {
  const folder = temporaryFolder();
  const store = openFilesStore(folder);
  await add(store, ["one"]);
  const copy = `${folder}.copy`;
  cpSync(folder, copy, { recursive: true });
  await add(store, ["two"]);
  cpSync(copy, folder, { recursive: true });
  expect(await store.taskIdsWithPrefix("", 10)).toEqual(["one"]);
  await store.close();
});

const LOSSES: readonly [string, (journal: string) => void][] = [
  ["gone", (journal) => rmSync(journal)],
  ["empty", (journal) => truncateSync(journal, 0)],
  ["without its last line", (journal) => writeFileSync(journal, withoutLastLine(journal))],
  ["cut in its last line", (journal) => truncateSync(journal, statSync(journal).size - 9)],
];

test.each(LOSSES)("a journal that is %s is refused, and none is begun", async (_what, lose) => {
  const folder = temporaryFolder();
  const store = openFilesStore(folder);
  await add(store, ["one"]);
  await add(store, ["two"]);
  lose(journalIn(folder));
  const left = filesIn(folder);
  const refusal = { code: "STORE_UNAVAILABLE", message: expect.stringContaining("tasks.upto") };
  for (const ask of [() => store.task("one"), () => add(store, ["x"])]) {
    await expect(ask()).rejects.toMatchObject(refusal);
  }
  for (const open of [openFilesReader, openFilesStore]) {
    expect(() => open(folder)).toThrow(expect.objectContaining(refusal));
  }
  await store.close();
  expect(filesIn(folder)).toEqual(left);
});

test("what is left of a journal is gone on with when what was shown of it is moved away", async () => {
  const folder = temporaryFolder();
  const store = openFilesStore(folder);
  await add(store, ["one"]);
  await add(store, ["two"]);
  await store.close();
  writeFileSync(journalIn(folder), withoutLastLine(journalIn(folder)));
  for (const name of ["tasks", "tasks.upto"]) renameSync(join(folder, name), `${folder}.${name}`);

  const again = openFilesStore(folder);
  expect(await again.taskIdsWithPrefix("", 10)).toEqual(["one"]);
  expect(readdirSync(join(folder, "tasks"))).toEqual(["one.json"]);
  await again.close();
});

test("a journal that much has left is missed nothing of, whoever wrote it anew", async () => {
  const folder = temporaryFolder();
  const store = openFilesStore(folder);
  await add(store, ["one"]);
  const cancel = { type: "cancel_task", taskId: "one", dependents: "wait", nowMs: 5 } as const;
  await executeOrThrow(store, cancel);
  const ended = { taskIds: ["one"], endedBeforeMs: 10, nowMs: 10 };
  await executeOrThrow(store, { type: "archive_tasks", ...ended });
  await store.reclaim();
  expect(await store.countTasks()).toMatchObject({ cancelled: 0 });
  await store.close();
  await openFilesReader(folder)?.close();
  const again = openFilesStore(folder);
  await add(again, ["two"]);
  await again.close();
});

/** Each file with what is in it, but for the lock, in which nothing is. */
function filesIn(folder: string): object {
  const files = readdirSync(folder, { withFileTypes: true, recursive: true }).filter(
    (one) => one.isFile() && one.name !== "lock",
  );
  const paths = files.map(({ parentPath, name }) => join(parentPath, name));
  return Object.fromEntries(paths.map((path) => [path, readFileSync(path, "utf8")]));
}

function withoutLastLine(journal: string): string {
  return readFileSync(journal, "utf8").replace(/[^\n]+\n$/, "");
}

test.each([
  ["a line that is spoilt", '{"orchestra":"blackboard","version":1}\n[{"type":\n', "line 2"],
  ["something else", "Dear diary\n", "no blackboard"],
])("a journal with %s is refused, and stays as it is", async (_what, text, words) => {
  const folder = temporaryFolder();
  await openFilesStore(folder).close();
  writeFileSync(journalIn(folder), text);
  expect(() => openFilesStore(folder)).toThrow(
    expect.objectContaining({
      code: "STORE_UNAVAILABLE",
      message: expect.stringContaining(words),
    }),
  );
  expect(readFileSync(journalIn(folder), "utf8")).toBe(text);
});

test("a line that is there twice is refused, as it would count twice", async () => {
  const folder = temporaryFolder();
  const store = openFilesStore(folder);
  await add(store, ["one"]);
  const [, line = ""] = readFileSync(journalIn(folder), "utf8").split("\n");
  appendFileSync(journalIn(folder), `${line}\n`);
  const refused: unknown = expect.objectContaining({
    message: expect.stringContaining("line 3") as unknown,
  });
  await expect(store.task("one")).rejects.toEqual(refused);
  await store.close();
  expect(() => openFilesStore(folder)).toThrow(refused);
});

test("a decision of more events than a call takes arguments is kept, and read again", async () => {
  const folder = temporaryFolder();
  const store = openFilesStore(folder);
  await add(store, ["one"]);
  const event = { type: "task_unparked", runId: "queue", taskId: "one", atMs: 1 } as const;
  await store.transact({}, () => accept(Array.from({ length: 150_000 }, () => event)));
  await store.close();
  const reader = openFilesReader(folder);
  expect(await reader?.lastSeq("queue")).toBe(150_003);
  await reader?.close();
});

test("a line that was spoilt under an open store is refused until it is mended", async () => {
  const folder = temporaryFolder();
  const store = openFilesStore(folder);
  await add(store, ["one"]);
  const { size } = statSync(journalIn(folder));
  const [good = ""] = readFileSync(journalIn(folder), "utf8").split("\n").slice(1);
  appendFileSync(journalIn(folder), `[{"type":\n${good.replaceAll("one", "two")}\n`);
  for (const ask of [() => store.task("one"), () => store.task("one"), () => add(store, ["x"])]) {
    await expect(ask()).rejects.toMatchObject({
      code: "STORE_UNAVAILABLE",
      message: expect.stringContaining("line 3") as unknown,
    });
  }
  truncateSync(journalIn(folder), size);
  await add(store, ["two"]);
  expect(await store.taskIdsWithPrefix("", 10)).toEqual(["one", "two"]);
  expect((await store.events("queue", 0, 10)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
  await store.close();
});

test("a journal that was taken away under an open store is missed, not begun anew", async () => {
  const folder = temporaryFolder();
  const store = openFilesStore(folder);
  await add(store, ["one"]);
  renameSync(journalIn(folder), `${journalIn(folder)}.away`);
  for (const ask of [() => store.task("one"), () => add(store, ["two"])]) {
    await expect(ask()).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  }
  renameSync(`${journalIn(folder)}.away`, journalIn(folder));
  await add(store, ["two"]);
  expect(await store.taskIdsWithPrefix("", 10)).toEqual(["one", "two"]);
  await store.close();
});

test("a journal of a newer layout is refused", async () => {
  const folder = temporaryFolder();
  await openFilesStore(folder).close();
  writeFileSync(journalIn(folder), '{"orchestra":"blackboard","version":2}\n');
  expect(() => openFilesReader(folder)).toThrow(expect.objectContaining({ code: "STORE_NEWER" }));
});

test("however often somebody comes and goes, the journal is looked at no more often", async () => {
  const folder = temporaryFolder();
  const store = openFilesStore(folder);
  for (let count = 0; count < 20; count += 1) {
    const gone = new AbortController();
    store.watch(() => undefined, gone.signal);
    gone.abort();
  }
  const hintedAtMs: number[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const over = new AbortController();
  store.watch(() => {
    if (hintedAtMs.push(performance.now()) === 3) resolve();
  }, over.signal);
  // Every look at it is now a hint.
  writeFileSync(journalIn(folder), "Dear diary\n");
  await promise;
  over.abort();
  const [first = 0, , third = 0] = hintedAtMs;
  expect(third - first).toBeGreaterThan(100);
  await store.close();
});

test("where nothing is kept yet there is nothing to look at", () => {
  expect(openFilesReader(temporaryFolder())).toBeUndefined();
});

test("a task under an id that was archived in another run is there when it is opened again", async () => {
  const folder = temporaryFolder();
  const store = openFilesStore(folder);
  const objective = "It is read before the other.";
  await executeOrThrow(store, { type: "create_run", runId: "another", objective, nowMs: 1 });
  await add(store, ["one"]);
  const cancel = { type: "cancel_task", taskId: "one", dependents: "wait", nowMs: 5 } as const;
  await executeOrThrow(store, cancel);
  const ended = { taskIds: ["one"], endedBeforeMs: 10, nowMs: 10 };
  await executeOrThrow(store, { type: "archive_tasks", ...ended });
  const again = { type: "add_tasks", runId: "another", tasks: [aTask({ id: "one" })] } as const;
  await executeOrThrow(store, { ...again, nowMs: 20 });
  await store.reclaim();
  await store.close();
  const reader = openFilesReader(folder);
  expect(await reader?.task("one")).toMatchObject({ runId: "another", state: "ready" });
  await reader?.close();
});
