import { expect, test } from "vitest";
import { readMoment } from "./read-moment.ts";

const NOW_MS = Date.UTC(2026, 10, 22);

test.each([
  ["120", { kind: "seq", seq: 120 }],
  ["15m", { kind: "time", atMs: NOW_MS - 15 * 60_000 }],
  ["1.5h", { kind: "time", atMs: NOW_MS - 90 * 60_000 }],
  ["2026-11-21", { kind: "time", atMs: Date.UTC(2026, 10, 21) }],
  ["2024-02-29", { kind: "time", atMs: Date.UTC(2024, 1, 29) }],
  ["2026-11-21T10:04", { kind: "time", atMs: Date.UTC(2026, 10, 21, 10, 4) }],
  ["2026-11-21 10:04:05.25", { kind: "time", atMs: Date.UTC(2026, 10, 21, 10, 4, 5, 250) }],
  ["2026-11-21T10:04Z", { kind: "time", atMs: Date.UTC(2026, 10, 21, 10, 4) }],
  ["2026-11-21T10:04+01:00", { kind: "time", atMs: Date.UTC(2026, 10, 21, 9, 4) }],
  ["2026-11-21T10:04+0100", { kind: "time", atMs: Date.UTC(2026, 10, 21, 9, 4) }],
])("%s is a moment", (typed, moment) => {
  expect(readMoment(typed, NOW_MS)).toEqual(moment);
});

test.each([
  "",
  "yesterday",
  "1.5",
  "2026-02-29",
  "2026-02-30",
  "2026-04-31T10:04",
  "2026-13-01",
  "2026-11-21T25:00",
  "2026-11-21T10:60",
  "2026-11-21 (soon)",
  "2026-11-21x",
  "20000000000000000000",
])("%j is no moment", (typed) => {
  expect(readMoment(typed, NOW_MS)).toBeUndefined();
});
