import { describe, expect, test } from "vitest";
import type { Task } from "./task.ts";
import { aFailure, aTask } from "./testing/builders.ts";
import { agentDueMs, agentFor, isInForce, holdEnd, type HeldUntil } from "./agent-hold.ts";

const NOW_MS = 1_000_000;
const MINUTE_MS = 60_000;

describe("the end of a usage limit", () => {
  test.each([
    ["is what the provider says", aFailure({ class: "quota", resetAtMs: NOW_MS + 5 }), NOW_MS + 5],
    ["is guessed where nobody says", aFailure({ class: "quota" }), NOW_MS + 15 * MINUTE_MS],
    ["may have passed", aFailure({ class: "quota", resetAtMs: 1 }), 1],
    [
      "is nobody's where requests only came too fast",
      aFailure({ class: "rate_limit", resetAtMs: NOW_MS + 5 }),
      undefined,
    ],
  ])("%s", (_what, failure, end) => {
    expect(holdEnd(failure, { hasRun: true }, NOW_MS)).toBe(end);
  });
});

test.each([
  [false, Infinity],
  [true, undefined],
])("a missing executable, when its agent has run: %s, holds it until %s", (hasRun, end) => {
  expect(holdEnd(aFailure({ class: "missing_executable" }), { hasRun }, NOW_MS)).toBe(end);
});

describe("a usage limit", () => {
  const limit = {
    agent: "claude",
    taskId: "task",
    attemptId: "task-2",
    failureClass: "quota",
    untilMs: NOW_MS + MINUTE_MS,
  } as const;
  const usageLimits = { claude: limit.untilMs };

  test.each<[string, Partial<Task> | undefined, boolean]>([
    ["holds while its end is being recorded", { state: "active", attemptCount: 2 }, true],
    ["holds while its task waits", { state: "ready", attemptCount: 2, usageLimits }, true],
    ["holds while another agent goes on", { state: "active", attemptCount: 3, usageLimits }, true],
    [
      "holds when its task is cancelled",
      { state: "cancelled", attemptCount: 2, usageLimits },
      true,
    ],
    ["ends when a person sends its task back", { state: "ready", attemptCount: 2 }, false],
    ["ends when its task is archived", undefined, false],
  ])("%s", (_what, task, holds) => {
    expect(isInForce(limit, task && aTask(task), NOW_MS)).toBe(holds);
  });

  test("ends at its time", () => {
    expect(isInForce(limit, aTask({ usageLimits }), limit.untilMs)).toBe(false);
  });
});

describe("an agent that is logged out", () => {
  const hold = {
    agent: "claude",
    taskId: "task",
    attemptId: "task-2",
    failureClass: "auth",
    untilMs: holdEnd(aFailure({ class: "auth" }), { hasRun: true }, NOW_MS) ?? 0,
  } as const;
  const failure = aFailure({ class: "auth" });

  test.each<[string, Partial<Task>, boolean]>([
    ["is held while that is being recorded", { state: "active", attemptCount: 2 }, true],
    ["is held while its task waits for a person", { state: "waiting_human", failure }, true],
    ["is not held when that person sends it back", { state: "ready", failure }, false],
    ["is not held when that person gives it up", { state: "abandoned", failure }, false],
  ])("%s", (_what, task, holds) => {
    expect(isInForce(hold, aTask(task), NOW_MS)).toBe(holds);
  });
});

describe("of the agents claude, codex and gemini", () => {
  const agents = { agent: "claude", fallbackAgents: ["codex", "gemini"] };
  const later = (minutes: number): number => NOW_MS + minutes * MINUTE_MS;

  test.each<[string, HeldUntil, HeldUntil, string | undefined, number]>([
    ["the first works", {}, {}, "claude", -Infinity],
    ["the next works when the task knows of a limit", { claude: later(1) }, {}, "codex", -Infinity],
    ["the next works when others know of one", {}, { claude: later(1) }, "codex", -Infinity],
    ["the last works", { claude: later(9) }, { codex: later(5) }, "gemini", -Infinity],
    [
      "the one whose limit ends first is waited for",
      { claude: later(9), codex: later(5) },
      { codex: later(6), gemini: later(8) },
      undefined,
      later(6),
    ],
    ["the first works again after its limit", { claude: NOW_MS }, {}, "claude", -Infinity],
  ])("%s", (_what, usageLimits, others, agent, dueMs) => {
    expect(agentFor({ ...agents, usageLimits }, NOW_MS, others)).toBe(agent);
    expect(agentDueMs({ ...agents, usageLimits }, others)).toBe(dueMs);
  });
});
