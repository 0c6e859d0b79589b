import { expect, test } from "vitest";
import { afterEnd, HEALTHY, type AgentHealth } from "./agent-health.ts";
import type { FailureClass } from "./failure.ts";

type End = FailureClass | "success";

/** The health after these ends, each a minute after the one before it and any rest. */
function after(...ends: readonly End[]): AgentHealth {
  let nowMs = 0;
  return ends.reduce((health, end) => {
    nowMs = Math.max(nowMs, health.restsUntilMs) + 60_000;
    return afterEnd(health, end === "success" ? undefined : end, nowMs);
  }, HEALTHY);
}

const THREE = ["network", "provider_error", "network"] as const;

test("two failures in a row are nothing yet", () => {
  expect(after("network", "provider_error")).toMatchObject({ room: Infinity, restsUntilMs: 0 });
});

test("after three in a row the agent rests, and then one attempt may try", () => {
  expect(after(...THREE)).toMatchObject({ restsUntilMs: 195_000, room: 1 });
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

test("a failure on the way rests it again, and longer", () => {
  const { restsUntilMs, room } = after(...THREE, "success", "network");
  expect({ restsUntilMs, room }).toEqual({ restsUntilMs: 345_000, room: 1 });
});
