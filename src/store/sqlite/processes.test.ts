import { join } from "node:path";
import { expect, test } from "vitest";
import { evolveAll } from "../../core/evolve.ts";
import { EMPTY_STATE } from "../../core/state.ts";
import type { Store } from "../store.ts";
import { openSqliteStore } from "./sqlite-store.ts";
import { startProgram } from "./testing/start-program.ts";
import { temporaryFile, temporaryFolder } from "./testing/temporary-file.ts";

const HEARD_WITHIN_MS = 100;

test("processes that write at the same time lose nothing and leave no gap", async () => {
  const file = temporaryFile();
  const names = ["a", "b", "c"];
  const ends = await Promise.all(
    names.map(async (name) => startProgram("write-loop", [file, name, "200"])),
  );

  expect(ends.map(({ exitCode, stderr }) => ({ exitCode, stderr }))).toEqual(
    names.map(() => ({ exitCode: 0, stderr: [] })),
  );
  const store = openSqliteStore(file);
  expect(await taskIds(store)).toEqual(ends.flatMap((end) => end.stdout).toSorted());
  // Two events a task, and the one that makes the run.
  expect(await expectWholeLog(store)).toBe(3 * 200 * 2 + 1);
  await store.close();
});

test("processes that open a blackboard for the first time at once all get it", async () => {
  const folder = temporaryFolder();
  const startMs = String(Date.now() + 1_000);
  const ends = await Promise.all(
    ["a", "b", "c"].map(async (name) => startProgram("open-together", [folder, startMs, name])),
  );

  expect(ends.map((end) => end.stderr)).toEqual([[], [], []]);
  const store = openSqliteStore(join(folder, "0.sqlite"));
  expect(await taskIds(store)).toEqual(["a", "b", "c"]);
  await store.close();
});

test("what was acknowledged before a kill is there, and the log is whole", async () => {
  const file = temporaryFile();
  const acknowledged: string[] = [];
  for (const [round, enough] of [1, 9, 40, 90].entries()) {
    const program = startProgram("write-loop", [file, `round-${round}`, "1000000"]);
    const seen: string[] = [];
    for await (const id of program) {
      seen.push(id);
      if (seen.length === enough) program.kill("SIGKILL");
    }
    expect(await program).toMatchObject({ signal: "SIGKILL" });
    acknowledged.push(...seen);

    const store = openSqliteStore(file);
    const kept = new Set(await taskIds(store));
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
    await expectWholeLog(store);
    await store.close();
  }
});

test("a commit of another process is heard of within a tenth of a second", async () => {
  const file = temporaryFile();
  const store = openSqliteStore(file);
  const over = new AbortController();
  const program = startProgram("commit-on-line", [file]);
  const delaysMs: number[] = [];
  const committed = program[Symbol.asyncIterator]();
  for (const id of ["one", "two", "three", "four", "five"]) {
    const heard = heardOf(store, id, over.signal);
    program.stdin.write(`${id}\n`);
    const { value } = await committed.next();
    delaysMs.push((await heard) - Number(value));
  }
  over.abort();
  program.stdin.end();
  await program;
  await store.close();

  const median = delaysMs.toSorted((a, b) => a - b)[2];
  expect(median).toBeLessThan(HEARD_WITHIN_MS);
});

/** When a watcher is first called with the task there to be read. */
async function heardOf(store: Store, id: string, signal: AbortSignal): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const look = async (): Promise<void> => {
    if ((await store.task(id)) !== undefined) resolve(Date.now());
  };
  store.watch(() => void look(), signal);
  return promise;
}

async function taskIds(store: Store): Promise<string[]> {
  return [...(await store.taskIdsWithPrefix("", 100_000))].toSorted();
}

/** The log counts from one without a gap and adds up to the tasks; returns its length. */
async function expectWholeLog(store: Store): Promise<number> {
  const log = await store.events("queue", 0, 100_000);
  expect(log.map((event) => event.seq)).toEqual(log.map((_, index) => index + 1));
  expect(await store.lastSeq("queue")).toBe(log.length);
  const { tasks } = evolveAll(EMPTY_STATE, log);
  const kept = await store.tasks({ limit: 100_000 });
  expect(new Map(kept.map((task) => [task.id, task]))).toEqual(tasks);
  return log.length;
}
