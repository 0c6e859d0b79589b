import { expect, test } from "vitest";
import { decide } from "./decide.ts";
import { evolveAll } from "./evolve.ts";
import type { State } from "./state.ts";
import { hasEnded, TASK_STATES } from "./task.ts";
import { aDefinition } from "./testing/builders.ts";
import { wrongsOf, wrongsOfWay } from "./testing/invariants.ts";
import * as steps from "./testing/steps.ts";

const DEPTH = 8;
const LATER_MS = 1_000_000_000;
const LIMITS = { timeoutMs: 1, stallMs: 0, maxRetries: 1 };

const ADDED = steps.after(
  steps.add(
    aDefinition({ id: "a", merges: true, limits: LIMITS }),
    aDefinition({ id: "b", merges: false, limits: LIMITS, dependsOn: ["a"] }),
  ),
);

const STARTS: [string, State][] = [
  ["two tasks are added", ADDED],
  ["the first task runs", steps.from(ADDED, ...steps.run("a"))],
];

const DISPATCHER = [
  steps.assign(),
  steps.at(LATER_MS, steps.unpark()),
  steps.merge("a"),
  steps.reject("a"),
];

const PERSON = ["a", "b"].flatMap((id) => [
  steps.cancel(id, "wait"),
  steps.cancel(id, "abandon"),
  steps.retry(id),
  steps.timeOut(id),
  steps.pause(id),
  steps.resume(id),
]);

/** All that a node can say about an attempt of a task, with a failure of each cost but a wait. */
const REPORTS = [
  steps.prepare,
  steps.start,
  steps.finish,
  steps.accept,
  steps.giveBack,
  (id: string) => steps.end(id, "check_failed"),
  (id: string) => steps.end(id, "node_lost", 0.5),
  (id: string) => steps.end(id, "auth"),
];

test.each(STARTS)(
  "once %s, anybody may come between anybody, and all stays right",
  (_name, start) => {
    const search: Search = { seen: new Map([[keyOf(start), start]]), wrongs: new Set() };
    let edge = [start];
    for (let depth = 0; depth < DEPTH; depth++) {
      edge = edge.flatMap((state) => newStates(search, state));
    }

    expect([...search.wrongs]).toEqual([]);
    expect(search.seen.size).toBeGreaterThan(1_000);
    const reached = new Set([...search.seen.values()].flatMap(taskStates));
    expect([...reached].toSorted()).toEqual(
      TASK_STATES.filter((one) => one !== "failed").toSorted(),
    );
  },
);

type Search = {
  readonly seen: Map<string, State>;
  readonly wrongs: Set<string>;
};

/** The states that one step leads to and that were not seen before. */
function newStates({ seen, wrongs }: Search, state: State): State[] {
  const next = allSteps(state).flatMap((step) => {
    const decision = decide(state, step(state));
    if (decision.kind === "refused" || decision.events.length === 0) return [];
    for (const wrong of wrongsOfWay(state, decision.events)) wrongs.add(wrong);
    return [evolveAll(state, decision.events)];
  });
  if (next.length === 0 && !isOver(state)) wrongs.add(`nothing leads on: ${keyOf(state)}`);
  return next.filter((one) => {
    const key = keyOf(one);
    if (seen.has(key)) return false;
    for (const wrong of wrongsOf(one)) wrongs.add(wrong);
    seen.set(key, one);
    return true;
  });
}

function allSteps(state: State): steps.Step[] {
  return [...DISPATCHER, ...PERSON, ...nodeSteps(state)];
}

/** A node that was cut off may still speak for any attempt it ever held, under the epoch it knew. */
function nodeSteps(state: State): steps.Report[] {
  return [...state.attempts.values()].flatMap(({ id, taskId, epoch }) =>
    REPORTS.map((report): steps.Report => (now) => ({
      ...report(taskId)(now),
      attemptId: id,
      epoch,
    })),
  );
}

function isOver(state: State): boolean {
  return [...state.tasks.values()].every((task) => hasEnded(task.state));
}

function taskStates(state: State): string[] {
  return [...state.tasks.values()].map((task) => task.state);
}

function keyOf(state: State): string {
  return JSON.stringify([
    [...state.tasks.values()],
    [...state.attempts.values()],
    state.interrupts.size,
  ]);
}
