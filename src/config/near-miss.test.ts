import { expect, test } from "vitest";
import { nearMiss } from "./near-miss.ts";

const KEYS = ["agents", "defaults", "checks", "workspace", "merge", "limits"];

test.each([
  ["agent", "agents"],
  ["chekcs", "checks"],
  ["Checks", "checks"],
  ["work-space", "workspace"],
  ["marge", "merge"],
  ["limts", "limits"],
  ["colour", undefined],
  ["x", undefined],
  ["", undefined],
  ["z".repeat(10_000), undefined],
])("%s was meant to be %s", (typed, meant) => {
  expect(nearMiss(typed, KEYS)).toBe(meant);
});
