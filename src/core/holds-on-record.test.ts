import { describe, expect, test } from "vitest";
import type { Attempt } from "./attempt.ts";
import type { RecordedEvent } from "./events.ts";
import { holdsOnRecord, isGivenWork, mayTellOfHold, sentBackIn } from "./holds-on-record.ts";
import type { Task } from "./task.ts";
import { aFailure, anAttempt, aTask } from "./testing/builders.ts";

const NOW_MS = 1_000_000;
const auth = aFailure({ class: "auth" });
const quota = aFailure({ class: "quota" });
const missing = aFailure({ class: "missing_executable" });

describe("a task and its attempt", () => {
  const limited = { attemptCount: 1, usageLimits: { claude: NOW_MS + 1 } };
  const asking = { state: "waiting_human", attemptCount: 1 } as const;

  test.each<[string, Partial<Task>, Partial<Attempt>, number | undefined]>([
    ["tell of a usage limit", limited, { failure: quota }, NOW_MS + 1],
    [
      "tell of no limit that has ended",
      { ...limited, usageLimits: { claude: NOW_MS } },
      { failure: quota },
      undefined,
    ],
    [
      "tell of an agent that is logged out",
      { ...asking, failure: auth },
      { failure: auth },
      Infinity,
    ],
    [
      "tell of none where a person has sent it back",
      { attemptCount: 1, failure: auth },
      { failure: auth },
      undefined,
    ],
    [
      "tell of an agent that is not installed",
      { ...asking, failure: missing },
      { failure: missing },
      Infinity,
    ],
    [
      "tell of none that has run, and missed what its task needs",
      { ...asking, failure: missing },
      { failure: missing, startedAtMs: 5 },
      undefined,
    ],
    [
      "tell of none where the task failed by itself",
      { ...asking, failure: aFailure({ class: "process_crash" }) },
      { failure: aFailure({ class: "process_crash" }) },
      undefined,
    ],
  ])("%s", (_what, given, attempted, untilMs) => {
    const task = aTask(given);
    const attempt = anAttempt({ agent: "claude", state: "failed", ...attempted });
    const holds = mayTellOfHold(task, NOW_MS) ? holdsOnRecord([task], [attempt], NOW_MS) : [];
    expect(holds.map(({ hold }) => hold.untilMs)).toEqual(untilMs === undefined ? [] : [untilMs]);
  });
});

test("each of several agents that met its limit is told of, by the attempt that met it", () => {
  const task = aTask({ attemptCount: 2, usageLimits: { claude: NOW_MS + 1, codex: NOW_MS + 2 } });
  const attempts = ["claude", "codex"].map((agent, index) =>
    anAttempt({ id: `task-${index + 1}`, number: index + 1, agent, failure: quota }),
  );
  const holds = holdsOnRecord([task], attempts, NOW_MS).map(({ hold }) => hold);
  expect(holds).toMatchObject([
    { agent: "claude", attemptId: "task-1", untilMs: NOW_MS + 1 },
    { agent: "codex", attemptId: "task-2", untilMs: NOW_MS + 2 },
  ]);
});

test("only what a person sends back is sent back, and only its own agent is given work", () => {
  const common = { runId: "queue", atMs: 1 } as const;
  const retried = { type: "task_retried", ...common, note: undefined } as const;
  const events: RecordedEvent[] = [
    { ...retried, taskId: "by-itself", byHuman: false, seq: 1 },
    { ...retried, taskId: "a", byHuman: true, seq: 2 },
    { type: "task_replanned", ...common, taskId: "b", note: undefined, seq: 3 },
    { type: "task_resumed", ...common, taskId: "c", seq: 4 },
  ];
  expect(sentBackIn(events)).toEqual(["a", "b"]);
  expect(events.some((event) => isGivenWork("claude", event))).toBe(false);
});
