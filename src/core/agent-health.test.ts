import { expect, test } from "vitest";
import {
  afterAnswer,
  afterEnd,
  afterHold,
  HEALTHY,
  tried,
  type AgentHealth,
} from "./agent-health.ts";
import type { FailureClass } from "./failure.ts";

type End = FailureClass | "success";

/** The health after these ends, each a minute after the one before it and any rest, and tried again then. */
function after(...ends: readonly End[]): AgentHealth {
  let nowMs = 0;
  return ends.reduce((health, end) => {
    nowMs = Math.max(nowMs, health.restsUntilMs) + 60_000;
    const awake = health.room === 0 ? tried(health, 0) : health;
    return afterEnd(awake, end === "success" ? undefined : end, nowMs);
  }, HEALTHY);
}

const THREE = ["network", "provider_error", "network"] as const;

test("two failures in a row are nothing yet", () => {
  expect(after("network", "provider_error")).toMatchObject({ room: Infinity, restsUntilMs: 0 });
});

test("after three in a row the agent rests, and then one attempt may try", () => {
  const resting = after(...THREE);
  expect(resting).toMatchObject({ restsUntilMs: 195_000, room: 0 });
  expect(tried(resting, 0).room).toBe(1);
});

test("one that has worked through the rest takes no room from the one that tries", () => {
  expect(tried(after(...THREE), 2).room).toBe(3);
});

test.each<End>(["success", "check_failed", "empty_output"])("%s ends the row", (end) => {
  expect(after("network", "network", end, "network")).toMatchObject({ restsUntilMs: 0 });
});

test.each<End>(["quota", "auth", "process_crash", "timeout", "cancelled"])(
  "%s says nothing of the provider",
  (end) => {
    expect(after("network", "network", end, "network").restsUntilMs).toBeGreaterThan(0);
  },
);

test("each further failure rests it longer, up to five minutes", () => {
  const ends: FailureClass[] = [...THREE];
  const rests = Array.from({ length: 7 }, () => {
    const before = after(...ends);
    ends.push("provider_error");
    return (after(...ends).restsUntilMs - before.restsUntilMs - 60_000) / 1_000;
  });
  expect(rests).toEqual([30, 60, 120, 240, 300, 300, 300]);
});

test("those that were at work when it began to rest say nothing new", () => {
  const resting = after(...THREE);
  expect(afterEnd(resting, "network", resting.restsUntilMs - 1)).toBe(resting);
});

test("each answer lets twice as many in, until all is well", () => {
  const rooms = [1, 2, 3, 4, 5].map(
    (answers) => after(...THREE, ...Array<End>(answers).fill("success")).room,
  );
  expect(rooms).toEqual([2, 4, 8, 16, Infinity]);
});

test("an answer lets more in while its attempt goes on to work", () => {
  expect(afterAnswer(tried(after(...THREE), 0)).room).toBe(2);
});

test("an answer to what was asked before the rest lets nobody in", () => {
  expect(afterAnswer(after(...THREE)).room).toBe(0);
});

test("answers end no row of failures: each attempt may be answered once, and then failed", () => {
  expect(afterAnswer(after("network", "network")).failures).toBe(2);
});

test("after a usage limit, or a mended log-in, agents come back one by one", () => {
  const held = afterHold(HEALTHY);
  expect(afterAnswer(held).room).toBe(0);
  expect(afterAnswer(tried(held, 0)).room).toBe(2);
});

test("a failure on the way rests it again, and longer", () => {
  const { restsUntilMs, room } = after(...THREE, "success", "network");
  expect({ restsUntilMs, room }).toEqual({ restsUntilMs: 345_000, room: 0 });
});
