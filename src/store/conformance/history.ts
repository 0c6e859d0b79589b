import { array, assert, asyncProperty, constantFrom, double, nat, record } from "fast-check";
import { expect } from "vitest";
import { evolveAll } from "../../core/evolve.ts";
import { EMPTY_STATE, type State } from "../../core/state.ts";
import { memoryReader } from "../memory/memory-reader.ts";
import { partOf } from "../memory/part-of.ts";
import type { BlackboardReader, Store } from "../store.ts";
import { AGENT, loaded } from "./builders.ts";
import { MOVES, RUN_IDS, play } from "./random-history.ts";
import type { OpenStore } from "./suite.ts";

const HISTORIES = 40;
const STEPS_MAX = 60;

const aHistory = array(
  record({
    move: constantFrom(...MOVES),
    pick: nat(1_000),
    jitter: double({ min: 0, max: 0.999, noNaN: true }),
  }),
  { minLength: 10, maxLength: STEPS_MAX, size: "max" },
);

/** Whatever happens, what the store shows is what its events add up to. */
export async function proveHistories(open: OpenStore): Promise<void> {
  const property = asyncProperty(aHistory, async (steps) => {
    const store = await open();
    try {
      const nowMs = await play(store, steps);
      const state = await addedUp(store);
      await expectSameAnswers(store, state);
      await expectSameParts(store, state, nowMs);
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
  const expected = memoryReader({
    state,
    events: new Map(),
    lease: undefined,
    listeners: new Set(),
  });
  const questions: ((reader: BlackboardReader) => Promise<unknown>)[] = [
    async (reader) => reader.tasks({ limit: 1_000 }),
    async (reader) => reader.tasks({ limit: 1_000, newestFirst: true }),
    async (reader) => reader.countTasks(),
    async (reader) => new Set(await reader.liveAttempts()),
    async (reader) => reader.openInterrupts(1_000),
    async (reader) => reader.mergeQueue(1_000),
    async (reader) => reader.nextDueMs(),
    ...[...state.tasks.keys()].map((id) => async (reader: BlackboardReader) => [
      await reader.task(id),
      await reader.attemptsOf(id),
    ]),
  ];
  for (const ask of questions) expect(await ask(store)).toEqual(await ask(expected));
}

async function expectSameParts(store: Store, state: State, nowMs: number): Promise<void> {
  const ids = [...state.tasks.keys()];
  const scopes = [
    { runIds: RUN_IDS },
    { taskIds: ids },
    { assignment: { agents: [AGENT, "other"], headPerAgent: 3 } },
    { dueParked: { nowMs, limit: 2 } },
    ...ids.flatMap((id) => [
      { taskIds: [id], dependents: "direct" as const },
      { taskIds: [id], dependents: "all" as const },
      { taskIds: [id], dependencies: true },
    ]),
  ];
  for (const scope of scopes) expect(await loaded(store, scope)).toEqual(partOf(state, scope));
}
