import { expect, test } from "vitest";
import type { Task } from "../../core/task.ts";
import { aTask } from "../../core/testing/builders.ts";
import { afterAttach } from "./after-attach.ts";

const THERE = { workspacePath: "/worktrees/t1", isThere: true };

test.each<[Partial<Task>, string]>([
  [{ state: "waiting_human" }, "orchestra retry t1"],
  [{ state: "cancelled" }, "orchestra retry t1"],
  [{ state: "ready", pausedAtMs: 1 }, "orchestra resume t1"],
  [{ state: "cancelled", pausedAtMs: 1 }, "orchestra retry t1"],
  [{ state: "ready" }, "was sent back to work meanwhile"],
  [{ state: "complete" }, "t1 is complete, and does not go on"],
])("of a task with %j it is said that %j", (changes, words) => {
  const line = afterAttach(aTask({ id: "t1", ...changes }), THERE);
  expect(line).toMatch(/^What was changed is in \/worktrees\/t1\. /);
  expect(line).toContain(words);
});

test("nobody is sent to a worktree that is gone", () => {
  const line = afterAttach(aTask({ id: "t1", state: "cancelled" }), { ...THERE, isThere: false });
  expect(line).toBe(
    "The worktree of t1 was removed meanwhile. What was kept of it: orchestra recover",
  );
});
