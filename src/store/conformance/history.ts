import { assert, asyncProperty } from "fast-check";
import { expect } from "vitest";
import { evolveAll } from "../../core/evolve.ts";
import { EMPTY_STATE, type State } from "../../core/state.ts";
import { someMoves } from "../../core/testing/moves.ts";
import { memoryReader } from "../memory/memory-reader.ts";
import { partOf } from "../memory/part-of.ts";
import type { BlackboardReader, Store, WatchListener } from "../store.ts";
import { loaded } from "./builders.ts";
import { RUN_IDS, play } from "./random-history.ts";
import type { OpenStore } from "./suite.ts";

const HISTORIES = 40;
const MOVES_MAX = 60;

/** Whatever happens, what the store shows is what its events add up to. */
export async function proveHistories(open: OpenStore): Promise<void> {
  const property = asyncProperty(someMoves(MOVES_MAX), async (moves) => {
    const store = await open();
    try {
      const nowMs = await play(store, moves);
      const state = await addedUp(store);
      await expectSameAnswers(store, state);
      await expectSameParts(store, state, nowMs);
      await expectLogOf(store, state);
      expect(await store.flaws()).toEqual([]);
    } finally {
      await store.close();
    }
  });
  await assert(property, { numRuns: HISTORIES });
}

async function addedUp(store: Store): Promise<State> {
  const logs = await Promise.all(RUN_IDS.map(async (id) => store.events(id, 0, 10_000)));
  // Every event of these histories has a time of its own, but those of one decision.
  const events = logs.flat().toSorted((a, b) => a.atMs - b.atMs || a.seq - b.seq);
  return evolveAll(EMPTY_STATE, events);
}

async function expectSameAnswers(store: Store, state: State): Promise<void> {
  const board = { state, events: new Map(), lease: undefined, listeners: new Set<WatchListener>() };
  const expected = memoryReader(() => board);
  const questions: ((reader: BlackboardReader) => Promise<unknown>)[] = [
    async (reader) => reader.tasks({ limit: 1_000 }),
    async (reader) => reader.tasks({ limit: 1_000, newestFirst: true }),
    async (reader) => reader.countTasks(),
    async (reader) => new Set(await reader.liveAttempts()),
    async (reader) => reader.openInterrupts(1_000),
    async (reader) => reader.mergeQueue(1_000),
    ...[...state.tasks.keys()].map((id) => async (reader: BlackboardReader) => [
      await reader.task(id),
      await reader.attemptsOf(id),
    ]),
  ];
  for (const ask of questions) expect(await ask(store)).toEqual(await ask(expected));
}

/** The log is about what is there, and its numbers go on from each to the next. */
async function expectLogOf(store: Store, state: State): Promise<void> {
  for (const runId of RUN_IDS) {
    const log = await store.events(runId, 0, 10_000);
    const strangers = log.filter((event) => "taskId" in event && !state.tasks.has(event.taskId));
    expect(strangers).toEqual([]);
    const seqs = log.map(({ seq }) => seq);
    expect(seqs).toEqual([...new Set(seqs)].toSorted((a, b) => a - b));
    expect(await store.lastSeq(runId)).toBe(seqs.at(-1) ?? 0);
    const lastArchiving = log.findLastIndex(({ type }) => type === "tasks_archived");
    const since = seqs.slice(lastArchiving);
    expect(since).toEqual(since.map((_, index) => index + (since[0] ?? 0)));
  }
}

async function expectSameParts(store: Store, state: State, nowMs: number): Promise<void> {
  const ids = [...state.tasks.keys()];
  const scopes = [
    { runIds: RUN_IDS },
    { taskIds: ids },
    { assignment: { agents: ["script", "claude"], headPerAgent: 3 } },
    { dueParked: { nowMs, limit: 2 } },
    ...ids.flatMap((id) => [
      { taskIds: [id], dependents: "direct" as const },
      { taskIds: [id], dependents: "all" as const },
      { taskIds: [id], dependencies: true },
    ]),
  ];
  for (const scope of scopes) expect(await loaded(store, scope)).toEqual(partOf(state, scope));
}
