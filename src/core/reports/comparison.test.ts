import { expect, test } from "vitest";
import type { CheckEvidence } from "../evidence.ts";
import { anAttempt } from "../testing/builders.ts";
import { NO_USAGE } from "../usage.ts";
import { checkNames, comparedAttempt, readShortStat } from "./comparison.ts";

const NOW = { changes: undefined, nowMs: 100 };

test.each([
  [" 3 files changed, 10 insertions(+), 2 deletions(-)\n", [3, 10, 2]],
  [" 1 file changed, 1 insertion(+)\n", [1, 1, 0]],
  [" 1 file changed, 1 deletion(-)\n", [1, 0, 1]],
  [" 1 file changed, 0 insertions(+), 0 deletions(-)\n", [1, 0, 0]],
  ["", [0, 0, 0]],
])("%j is read as %j", (text, [files, insertions, deletions]) => {
  expect(readShortStat(text)).toEqual({ files, insertions, deletions });
});

test.each<[string, Parameters<typeof anAttempt>[0], number | undefined]>([
  ["that has not begun", { state: "queued" }, undefined],
  ["at work", { state: "running", startedAtMs: 40 }, 60],
  ["that is over", { state: "failed", startedAtMs: 40, endedAtMs: 50 }, 10],
  ["that was ended before it began", { state: "cancelled", endedAtMs: 50 }, undefined],
])("an attempt %s took %s", (_name, given, durationMs) => {
  expect(comparedAttempt(anAttempt(given), "A title", NOW).durationMs).toBe(durationMs);
});

test("what was not told is not zero", () => {
  const told = { usage: { ...NO_USAGE, inputTokens: 1 }, costUsd: 0 };
  expect(comparedAttempt(anAttempt(told), "A title", NOW)).toMatchObject(told);
  const untold = { usage: undefined, costUsd: undefined };
  expect(comparedAttempt(anAttempt(), "A title", NOW)).toMatchObject(untold);
});

test("checks are listed once, in the order in which they come", () => {
  const [a, b] = [["lint"], ["lint", "test"]].map((names) =>
    comparedAttempt(anAttempt({ evidence: names.map(evidence) }), "A title", NOW),
  );
  expect(checkNames([a, b].flatMap((one) => one ?? []))).toEqual(["lint", "test"]);
});

function evidence(check: string): CheckEvidence {
  return { check, commit: "c", passed: true, exitCode: 0, durationMs: 1, output: "" };
}
