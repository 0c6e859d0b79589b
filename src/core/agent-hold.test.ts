import { describe, expect, test } from "vitest";
import { aFailure } from "./testing/builders.ts";
import { agentDueMs, agentFor, holdEnd, type HeldUntil } from "./agent-hold.ts";

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
