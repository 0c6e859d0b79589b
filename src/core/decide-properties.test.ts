import { array, assert, boolean, constantFrom, integer, property, record } from "fast-check";
import { expect, test } from "vitest";
import { compacted } from "./archive.ts";
import { isLive } from "./attempt.ts";
import type { Command } from "./commands.ts";
import { decide } from "./decide.ts";
import type { Event, TaskDefinition } from "./events.ts";
import { evolveAll } from "./evolve.ts";
import { FAILURE_CLASSES, type FailureClass } from "./failure.ts";
import { EMPTY_STATE, type State } from "./state.ts";
import { hasEnded, type Task } from "./task.ts";
import { aDefinition } from "./testing/builders.ts";
import { AGENT_LIMITS, commandOf, NODES } from "./testing/command-of.ts";
import { wrongsOf, wrongsOfWay } from "./testing/invariants.ts";
import { someMoves } from "./testing/moves.ts";
import * as steps from "./testing/steps.ts";

const HISTORIES = 500;

test("whatever anybody tries, the state is right after every step", () => {
  assert(
    property(someMoves(), (moves) => {
      let [state, nowMs] = [EMPTY_STATE, 0];
      const log: Event[] = [];
      for (const move of moves) {
        nowMs += move.elapsedMs;
        const command = commandOf(state, move, nowMs);
        if (command === undefined) continue;
        const decision = decide(state, command);
        if (decision.kind === "refused") continue;

        const after = evolveAll(state, decision.events);
        expect(wrongsOfWay(state, decision.events)).toEqual([]);
        expect(wrongsOf(after)).toEqual([]);
        expect(isFenced(state, command, decision.events)).toBe(true);
        log.push(...decision.events);
        state = after;
      }
      expect(evolveAll(EMPTY_STATE, log)).toEqual(state);
      expect(evolveAll(EMPTY_STATE, compacted(log))).toEqual(state);
      expect(stuckTasks(state)).toEqual([]);
    }),
    { numRuns: HISTORIES },
  );
});

const aGraph = array(
  record({
    waitsFor: array(integer({ min: 1, max: 4 }), { maxLength: 3 }),
    merges: boolean(),
    agent: constantFrom<string[]>("script", "claude"),
    maxRetries: integer({ min: 0, max: 2 }),
  }),
  { minLength: 1, maxLength: 8 },
).map((tasks) =>
  tasks.map(({ waitsFor, maxRetries, ...given }, index) =>
    aDefinition({
      ...given,
      id: `t${index}`,
      dependsOn: waitsFor.filter((back) => back <= index).map((back) => `t${index - back}`),
      limits: { timeoutMs: 1, stallMs: 0, maxRetries },
    }),
  ),
);

const someFates = array(
  constantFrom<("success" | "return" | "reject" | FailureClass)[]>(
    "success",
    "return",
    "reject",
    ...FAILURE_CLASSES,
  ),
  { maxLength: 60 },
);

test("a graph that is worked comes to its end, or to a person", () => {
  assert(
    property(aGraph, someFates, (graph, fates) => {
      const state = workedOut(graph, fates);
      expect(wrongsOf(state)).toEqual([]);
      expect([...state.tasks.values()].filter((task) => !rests(state, task))).toEqual([]);
    }),
    { numRuns: HISTORIES },
  );
});

test("a graph in which nothing fails is completed", () => {
  assert(
    property(aGraph, (graph) => {
      const states = [...workedOut(graph, []).tasks.values()].map((task) => task.state);
      expect(new Set(states)).toEqual(new Set(["complete"]));
    }),
  );
});

/** Works the graph with what is always the next thing to do, until there is nothing more to do. */
function workedOut(graph: readonly TaskDefinition[], fates: readonly string[]): State {
  const left = [...fates];
  let state = steps.after(steps.add(...graph));
  // Each turn uses a fate or moves a task on; a graph that needs more turns is going in circles.
  for (let turn = 0; turn < 2_000; turn++) {
    const step = nextStep(state, left);
    if (step === undefined) return state;
    state = steps.from(state, steps.at(turn * 10_000_000, step));
  }
  throw new Error("It goes on and on.");
}

function nextStep(state: State, fates: string[]): steps.Step | undefined {
  const attempt = [...state.attempts.values()].find((one) => isLive(one.state));
  if (attempt?.state === "queued") return steps.prepare(attempt.taskId);
  if (attempt?.state === "starting") return steps.start(attempt.taskId);
  if (attempt && state.tasks.get(attempt.taskId)?.state === "awaiting_qa") {
    return steps.accept(attempt.taskId);
  }
  if (attempt) return stepOfFate(attempt.taskId, fates.shift() ?? "success");
  const proven = [...state.tasks.values()].find((task) => task.state === "awaiting_qa");
  if (proven) return fates.shift() === "reject" ? steps.reject(proven.id) : steps.merge(proven.id);

  const ready = [...state.tasks.values()].filter((task) => task.state === "ready");
  if (ready.some((task) => task.parkedUntilMs === undefined)) {
    return steps.assign({ nodes: NODES, agentLimits: AGENT_LIMITS });
  }
  return ready.length > 0 ? steps.unpark() : undefined;
}

function stepOfFate(taskId: string, fate: string): steps.Step {
  if (fate === "return") return steps.giveBack(taskId, 0.5);
  const failureClass = FAILURE_CLASSES.find((one) => one === fate);
  return failureClass ? steps.end(taskId, failureClass, 0.5) : steps.finish(taskId);
}

/** Whether it has ended, or waits for a person, or for a task that does. */
function rests(state: State, task: Task): boolean {
  if (hasEnded(task.state) || task.state === "waiting_human") return true;
  const dependencies = task.dependsOn.flatMap((id) => state.tasks.get(id) ?? []);
  return task.state === "planned" && dependencies.some((one) => one.state !== "complete");
}

/** What carries an old epoch, or is about an attempt that is being stopped, frees that and no more. */
function isFenced(state: State, command: Command, events: readonly Event[]): boolean {
  if (!("epoch" in command)) return true;
  const taskId =
    "taskId" in command ? command.taskId : state.attempts.get(command.attemptId)?.taskId;
  if (taskId !== undefined && state.tasks.get(taskId)?.epoch === command.epoch) return true;
  return events.every((event) => event.type === "attempt_ended" && event.end === "cancelled");
}

/** Tasks that have not ended, and that nothing anybody can do moves on. */
function stuckTasks(state: State): string[] {
  return [...state.tasks.values()]
    .filter((task) => !hasEnded(task.state))
    .filter(
      ({ id }) => ![steps.cancel(id), steps.abandon(id)].some((step) => moves(state, id, step)),
    )
    .map((task) => task.id);
}

function moves(state: State, taskId: string, step: steps.Step): boolean {
  const decision = decide(state, step(state));
  if (decision.kind === "refused") return false;
  const after = evolveAll(state, decision.events).tasks.get(taskId);
  return after?.state !== state.tasks.get(taskId)?.state;
}
