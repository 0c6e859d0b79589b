import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { AttemptEnd } from "../src/core/attempt.ts";
import { decide } from "../src/core/decide.ts";
import { evolveAll } from "../src/core/evolve.ts";
import { FAILURE_CLASSES } from "../src/core/failure.ts";
import type { State } from "../src/core/state.ts";
import { TASK_TRANSITIONS } from "../src/core/task.ts";
import * as steps from "../src/core/testing/steps.ts";

const page = readFileSync("docs/task-lifecycle.md", "utf8");
const [taskDiagram = "", attemptDiagram = ""] = page.split("```mermaid").slice(1);

test("a task's life is drawn as it is worked", () => {
  const worked = Object.entries(TASK_TRANSITIONS).flatMap(([from, moves]) =>
    Object.entries(moves).map(([move, to]) => `${from} --> ${to}: ${move}`),
  );
  expect(edgesOf(taskDiagram)).toEqual(worked.toSorted());
});

const ENDS: readonly AttemptEnd[] = ["failed", "timed_out", "stalled", "lost", "cancelled"];

const REPORTS: readonly steps.Step[] = [
  steps.prepare(),
  steps.start(),
  steps.finish(),
  steps.accept(),
  steps.report(),
  steps.giveBack(),
  steps.reject(),
  ...ENDS.map(endingAs),
];

test("an attempt's life is drawn as it is lived", () => {
  const lives: (readonly steps.Step[])[] = [[], ...ENDS.map((end) => [endingAs(end)])];
  const [assign, prepare, start] = [steps.assign(), steps.prepare(), steps.start()];
  const work = [assign, prepare, start, steps.finish(), steps.accept()];
  lives.push([steps.giveBack()], ...work.map((_, index) => work.slice(1, index + 1)));
  const states = lives.map((life) => steps.after(steps.add("task"), assign, ...life));

  const lived = new Set(states.flatMap((state) => REPORTS.flatMap((step) => edge(state, step))));
  expect(edgesOf(attemptDiagram)).toEqual([...lived].toSorted());
});

test("what every class of failure costs is told, once", () => {
  const [, table = ""] = page.split("## What a failure costs");
  const told = [...table.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name);
  expect(told.toSorted()).toEqual(FAILURE_CLASSES.toSorted());
});

function endingAs(end: AttemptEnd): steps.Step {
  const report = steps.end("task", "unknown");
  return (state) => {
    const command = report(state);
    return command.type === "end_attempt" ? { ...command, end } : command;
  };
}

/** How the step moves the attempt, if it does. */
function edge(state: State, step: steps.Step): string[] {
  const decision = decide(state, step(state));
  if (decision.kind === "refused") return [];
  const [event] = decision.events;
  const from = state.attempts.get("task-1")?.state;
  const to = evolveAll(state, decision.events).attempts.get("task-1")?.state;
  return event === undefined || from === to ? [] : [`${from} --> ${to}: ${event.type}`];
}

function edgesOf(diagram: string): string[] {
  const [drawing = ""] = diagram.split("```");
  return [...drawing.matchAll(/^ {2}(\w+ --> \w+: \w+)$/gm)].map(([, one = ""]) => one).toSorted();
}
