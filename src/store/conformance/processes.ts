import { describe, expect, test } from "vitest";
import { evolveAll } from "../../core/evolve.ts";
import { EMPTY_STATE } from "../../core/state.ts";
import type { Store } from "../store.ts";
import { startProgram } from "../testing/start-program.ts";
import { readerAt, storeAt } from "../testing/store-at.ts";
import { assign, loaded, report } from "./builders.ts";

const WRITERS = ["a", "b", "c"];
const FIRST_OPENINGS = 8;

export type ProcessTests = {
  /** The URL of a blackboard that is not there yet. */
  readonly newUrl: () => Promise<string>;
  /** A commit of another process is heard of within this time, mostly. */
  readonly heardWithinMs: number;
};

/** What a store promises to several processes at once. */
const PROMISES: Readonly<Record<string, (given: ProcessTests) => Promise<void>>> = {
  "that write at the same time lose nothing and leave no gap": async ({ newUrl }) => {
    const url = await newUrl();
    const ends = await Promise.all(
      WRITERS.map(async (writer) => startProgram("testing/write-loop", [url, writer, "200"])),
    );

    expect(ends.map(({ exitCode, stderr }) => ({ exitCode, stderr }))).toEqual(
      WRITERS.map(() => ({ exitCode: 0, stderr: [] })),
    );
    const store = await storeAt(url);
    expect(await taskIds(store)).toEqual(ends.flatMap((end) => end.stdout).toSorted());
    // Two events a task, and the one that makes the run.
    expect(await expectWholeLog(store)).toBe(WRITERS.length * 200 * 2 + 1);
    await store.close();
  },

  "that open a blackboard for the first time at once all get it": async ({ newUrl }) => {
    const urls = await Promise.all(Array.from({ length: FIRST_OPENINGS }, newUrl));
    const startMs = String(Date.now() + 1_500);
    const ends = await Promise.all(
      WRITERS.map(async (writer) =>
        startProgram("testing/open-together", [startMs, writer, ...urls]),
      ),
    );

    expect(ends.map((end) => end.stderr)).toEqual([[], [], []]);
    for (const url of urls) {
      const reader = await readerAt(url);
      expect(await reader?.taskIdsWithPrefix("", 10)).toEqual(WRITERS);
      await reader?.close();
    }
  },

  "that are killed have lost nothing of what they were told is kept": async ({ newUrl }) => {
    const url = await newUrl();
    const acknowledged: string[] = [];
    for (const [round, enough] of [1, 9, 40, 90].entries()) {
      const program = startProgram("testing/write-loop", [url, `round-${round}`, "1000000"]);
      const seen: string[] = [];
      for await (const id of program) {
        seen.push(id);
        if (seen.length === enough) program.kill("SIGKILL");
      }
      expect(await program).toMatchObject({ signal: "SIGKILL" });
      acknowledged.push(...seen);

      const store = await storeAt(url);
      const kept = new Set(await taskIds(store));
      expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
      await expectWholeLog(store);
      await store.close();
    }
  },

  "hear of each other's commits soon": async ({ newUrl, heardWithinMs }) => {
    const url = await newUrl();
    const store = await storeAt(url);
    const over = new AbortController();
    const program = startProgram("testing/commit-on-line", [url]);
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
    expect(median).toBeLessThan(heardWithinMs);
  },
};

export function processConformance(name: string, given: ProcessTests): void {
  describe(`processes on the ${name} store`, () => {
    test.each(Object.entries(PROMISES))("%s", async (_sentence, prove) => {
      expect.hasAssertions();
      await prove(given);
    });
  });
}

/** When a watcher is first called with the task there to be read. */
async function heardOf(store: Store, id: string, signal: AbortSignal): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const look = async (): Promise<void> => {
    if ((await store.task(id)) !== undefined) resolve(Date.now());
  };
  store.watch(() => void look(), signal);
  return promise;
}

export async function taskIds(store: Store): Promise<string[]> {
  return [...(await store.taskIdsWithPrefix("", 100_000))].toSorted();
}

/** The log counts from one without a gap and adds up to the tasks; returns its length. */
export async function expectWholeLog(store: Store): Promise<number> {
  const log = await store.events("queue", 0, 100_000);
  expect(log.map((event) => event.seq)).toEqual(log.map((_, index) => index + 1));
  expect(await store.lastSeq("queue")).toBe(log.length);
  const { tasks } = evolveAll(EMPTY_STATE, log);
  const kept = await store.tasks({ limit: 100_000 });
  expect(new Map(kept.map((task) => [task.id, task]))).toEqual(tasks);
  return log.length;
}

/** Lets two stores of one blackboard decide in turns, each on what the other one has written. */
export async function expectEachSeesTheOther(left: Store, right: Store): Promise<void> {
  for (const [store, other] of [
    [left, right],
    [right, left],
    [left, right],
  ] as const) {
    await report(store, "one", { type: "return" });
    const { tasks, attempts } = await loaded(other, { taskIds: ["one"] });
    expect(tasks.get("one")).toEqual(await store.task("one"));
    expect([...attempts.values()]).toEqual([(await store.attemptsOf("one")).at(-1)]);
    await assign(other);
    const seen = await loaded(other, { taskIds: ["one"] });
    expect((await loaded(store, { taskIds: ["one"] })).tasks).toEqual(seen.tasks);
  }
}
