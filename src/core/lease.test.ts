import { expect, test } from "vitest";
import {
  isOfAnotherClone,
  LEASE_RENEWAL_MS,
  LEASE_TTL_MS,
  mayTakeLease,
  RELEASED_AT_MS,
} from "./lease.ts";

const HOLDER = { host: "here", pid: 42, startTime: "7", bootId: "boot" };
const LEASE = { term: 3, holder: HOLDER, expiresAtMs: 1_000 };

test("a lease that nobody holds may be taken", () => {
  expect(mayTakeLease(undefined, 0, "alive")).toBe(true);
});

test("a lease that was given back may be taken while its holder lives", () => {
  expect(mayTakeLease({ ...LEASE, expiresAtMs: RELEASED_AT_MS }, 0, "alive")).toBe(true);
});

test.each([
  ["alive", 999, false],
  ["alive", 1_000, false],
  ["alive", 9_999_999, false],
  ["dead", 0, true],
  ["unknown", 999, false],
  ["unknown", 1_000, true],
] as const)("whether one may be taken whose holder is %s, at %i: %s", (holder, nowMs, may) => {
  expect(mayTakeLease(LEASE, nowMs, holder)).toBe(may);
});

test("a lease outlives several renewals that fail", () => {
  expect(LEASE_TTL_MS / LEASE_RENEWAL_MS).toBeGreaterThanOrEqual(3);
});

test.each([
  ["ours", "theirs", true],
  ["ours", "ours", false],
  [undefined, "theirs", false],
  ["ours", undefined, false],
])("whether what the clone %s has begun is of another than %s: %s", (clone, here, isOther) => {
  expect(isOfAnotherClone({ clone }, here)).toBe(isOther);
});
