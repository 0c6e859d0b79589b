import { expect, test } from "vitest";
import { ATTEMPT_STATES, attemptId, isLive } from "./attempt.ts";

test("an attempt holds its slot until it ends", () => {
  expect(ATTEMPT_STATES.filter(isLive)).toEqual(["queued", "starting", "running"]);
});

test("an attempt is named for its task and its number", () => {
  expect(attemptId("fix-1", 12)).toBe("fix-1-12");
});
