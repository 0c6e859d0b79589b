import { expect, test } from "vitest";
import { anAttempt, aTask } from "../testing/builders.ts";
import { NO_USAGE } from "../usage.ts";
import { atWork, type Sighting, type WorkStep } from "./at-work.ts";

const SEEN: Sighting = { process: "running", lastOutputAtMs: 5 };
const RUNNING = { state: "running", pid: 42, startedAtMs: 2, queuedAtMs: 1 } as const;
const ACTIVE = aTask({ state: "active" });

test.each<[WorkStep, ...Parameters<typeof atWork>]>([
  ["starting", anAttempt({ state: "queued" }), ACTIVE, { ...SEEN, process: "unknown" }],
  ["starting", anAttempt({ state: "starting" }), ACTIVE, { ...SEEN, process: "unknown" }],
  ["working", anAttempt(RUNNING), ACTIVE, SEEN],
  ["working", anAttempt(RUNNING), ACTIVE, { ...SEEN, process: "unknown" }],
  ["ended", anAttempt(RUNNING), ACTIVE, { ...SEEN, process: "ended" }],
  ["checks", anAttempt(RUNNING), aTask({ state: "awaiting_qa" }), { ...SEEN, process: "ended" }],
  ["stopping", anAttempt({ ...RUNNING, isStopping: true }), ACTIVE, SEEN],
])("an agent is told to be %s", (step, attempt, task, sighting) => {
  expect(atWork(attempt, task, sighting)?.step).toBe(step);
});

test("what an agent has not told is not the same as nothing", () => {
  expect(atWork(anAttempt({ ...RUNNING }), ACTIVE, SEEN)).toMatchObject({
    sinceMs: 2,
    usage: undefined,
    costUsd: undefined,
  });
  const usage = { ...NO_USAGE, outputTokens: 1 };
  expect(atWork(anAttempt({ ...RUNNING, usage, costUsd: 0 }), ACTIVE, SEEN)).toMatchObject({
    usage,
    costUsd: 0,
  });
});

test("an attempt whose task has just gone is not told of", () => {
  expect(atWork(anAttempt(RUNNING), undefined, SEEN)).toBeUndefined();
});
