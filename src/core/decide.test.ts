import { expect, test } from "vitest";
import { decide } from "./decide.ts";
import { eventsOrThrow, refuse } from "./decision.ts";
import { OrchestraError } from "./errors.ts";
import { EMPTY_STATE } from "./state.ts";
import { aState } from "./testing/builders.ts";

const createRun = {
  type: "create_run",
  runId: "release",
  objective: "Ship it.",
  nowMs: 5,
} as const;

test("a run is created with its objective", () => {
  expect(eventsOrThrow(decide(EMPTY_STATE, createRun))).toEqual([
    { type: "run_created", runId: "release", objective: "Ship it.", atMs: 5 },
  ]);
});

test("a run is not created twice", () => {
  const decision = decide(aState(), { ...createRun, runId: "queue" });
  expect(decision).toMatchObject({ kind: "refused", code: "DUPLICATE_ID" });
});

test.each(["", "../../x", "-x", "Über", "a b", "a\nb", "x".repeat(65)])(
  "a run is not created with the id %j",
  (runId) => {
    const decision = decide(EMPTY_STATE, { ...createRun, runId });
    expect(decision).toMatchObject({ kind: "refused", code: "INVALID_ID" });
  },
);

test("a refusal that nobody expected is thrown with its code", () => {
  const refusal = refuse("FENCED", "Too late.");
  expect(() => eventsOrThrow(refusal)).toThrow(new OrchestraError("FENCED", "Too late."));
});
