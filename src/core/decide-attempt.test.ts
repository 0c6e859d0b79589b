import { describe, expect, test } from "vitest";
import { decide } from "./decide.ts";
import type { Decision } from "./decision.ts";
import type { AttemptSpending } from "./events.ts";
import { NO_USAGE } from "./usage.ts";
import type { State } from "./state.ts";
import { aDefinition } from "./testing/builders.ts";
import * as steps from "./testing/steps.ts";
import {
  add,
  after,
  assign,
  cancel,
  end,
  eventsOf,
  finish,
  from,
  pass,
  prepare,
  run,
  start,
} from "./testing/steps.ts";

const REPORTS = {
  prepare: prepare(),
  start: start(),
  "give back": steps.giveBack(),
  report: steps.report(),
  finish: finish(),
  accept: steps.accept(),
  end: end("task", "unknown"),
};
const NAMED_REPORTS = Object.entries(REPORTS);

test("an attempt is prepared, started, finished and accepted", () => {
  const state = after(add("task"), ...pass());
  expect(state.attempts.get("task-1")).toMatchObject({
    state: "succeeded",
    workspacePath: "/worktrees/task",
    baseCommit: "base",
    sessionId: "session",
    pid: 4711,
    commit: "work-of-task",
    summary: { diffStat: "1 file changed" },
  });
});

test("a task whose work is merged waits for that once its checks have passed", () => {
  const state = after(add("task"), ...pass());
  expect(state.tasks.get("task")).toMatchObject({ state: "awaiting_qa", commit: "work-of-task" });
});

test("a task whose work is not merged is complete once its checks have passed", () => {
  const state = after(add(aDefinition({ merges: false })), ...pass());
  expect(state.tasks.get("task")).toMatchObject({ state: "complete", mergedCommit: undefined });
});

test("checks that passed before the work was finished prove nothing", () => {
  expect(outcome(after(add("task"), ...run()), steps.accept())).toBe("ILLEGAL_TRANSITION");
});

test("work is finished only by an attempt that was started", () => {
  expect(outcome(after(add("task"), assign()), finish())).toBe("ILLEGAL_TRANSITION");
  expect(outcome(after(add("task"), assign(), prepare()), finish())).toBe("ILLEGAL_TRANSITION");
});

test("an attempt is started only in a workspace", () => {
  expect(outcome(after(add("task"), assign()), start())).toBe("ILLEGAL_TRANSITION");
});

test("an attempt whose work is finished cannot be given back", () => {
  const state = after(add("task"), ...run(), finish());
  expect(outcome(state, steps.giveBack())).toBe("ILLEGAL_TRANSITION");
});

test("an attempt that runs is not prepared again", () => {
  expect(outcome(after(add("task"), ...run()), prepare())).toBe("ILLEGAL_TRANSITION");
});

test("a start that is reported again changes nothing", () => {
  const state = after(add("task"), ...run());
  expect(eventsOf(state, steps.at(9_000, start()))).toEqual([]);
});

test("an end of work that is reported again changes nothing", () => {
  expect(eventsOf(after(add("task"), ...run(), finish()), finish())).toEqual([]);
});

test("what an attempt has spent is on its record, and its session is kept", () => {
  const usage = { ...NO_USAGE, outputTokens: 7 };
  const spending: AttemptSpending = { sessionId: undefined, usage, costUsd: 0.5 };
  const state = after(add("task"), ...run(), steps.report("task", spending));
  expect(state.attempts.get("task-1")).toMatchObject({ usage, costUsd: 0.5, sessionId: "session" });
});

describe("after an attempt has lost its task", () => {
  const takenBy = {
    "a cancellation": from(after(add("task"), ...run()), cancel()),
    "its own end": from(after(add("task"), ...run()), end("task", "check_failed")),
    "a later attempt": from(after(add("task"), ...run()), end("task", "timeout"), assign()),
    "its being given back": from(after(add("task"), ...run()), steps.giveBack()),
    "its success": after(add("task"), ...pass()),
  };
  const others = NAMED_REPORTS.filter(([name]) => name !== "end");

  test.each(Object.entries(takenBy))("to %s, nothing it reports is accepted", (_name, state) => {
    for (const [, report] of others) expect(outcome(state, old(report))).toBe("FENCED");
  });

  test("to a cancellation, it may still say that its processes are dead, once", () => {
    const state = takenBy["a cancellation"];
    const events = eventsOf(state, REPORTS.end);
    expect(events).toMatchObject([{ type: "attempt_ended", end: "cancelled" }]);

    const ended = from(state, REPORTS.end);
    expect(ended.tasks.get("task")?.state).toBe("cancelled");
    expect(ended.attempts.get("task-1")).toMatchObject({ state: "cancelled", isStopping: false });
    expect(outcome(ended, REPORTS.end)).toBe("FENCED");
  });

  test.each(Object.entries(takenBy).slice(1))("to %s, it cannot end again", (_name, state) => {
    expect(outcome(state, old(REPORTS.end))).toBe("FENCED");
  });
});

test.each(NAMED_REPORTS)("%s is refused under an epoch that was never given", (_name, report) => {
  const state = after(add("task"), ...run());
  for (const epoch of [0, 2, 99]) {
    expect(outcome(state, (now) => ({ ...report(now), epoch }))).toBe("FENCED");
  }
});

test.each(NAMED_REPORTS)("%s is refused for an attempt that is not known", (_name, report) => {
  expect(outcome(after(add("other")), report)).toBe("FENCED");
});

/** The report of the first attempt, whatever came after it. */
function old(report: steps.Report): steps.Report {
  return (state) => ({ ...report(state), attemptId: "task-1", epoch: 1 });
}

function outcome(state: State, step: steps.Step): string {
  const decision: Decision = decide(state, step(state));
  return decision.kind === "refused" ? decision.code : decision.kind;
}

test("a task that is given back again and again waits for a person in the end", () => {
  const round = [assign(), steps.giveBack()];
  const fifty = after(add("task"), ...Array.from({ length: 50 }, () => round).flat());
  expect(fifty.tasks.get("task")).toMatchObject({ state: "ready" });
  expect(from(fifty, ...round).tasks.get("task")).toMatchObject({ state: "waiting_human" });
});
