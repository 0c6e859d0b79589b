import { describe, expect, test } from "vitest";
import { decide } from "./decide.ts";
import type { State } from "./state.ts";
import {
  add,
  after,
  assign,
  cancel,
  end,
  extend,
  from,
  run,
  timeOut,
  type Step,
} from "./testing/steps.ts";

describe("more time", () => {
  test("is for the attempt at work and for those after it", () => {
    const state = after(add("task"), ...run(), extend("task", 5_000), extend("task", 1_000));
    expect(state.tasks.get("task")?.limits.timeoutMs).toBe(66_000);
    expect(state.attempts.get("task-1")?.timeoutMs).toBe(66_000);
    const next = from(state, end("task", "timeout"), assign());
    expect(next.attempts.get("task-2")?.timeoutMs).toBeUndefined();
    expect(next.tasks.get("task")?.limits.timeoutMs).toBe(66_000);
  });

  test("may be given before there is an attempt", () => {
    expect(after(add("task"), extend()).tasks.get("task")?.limits.timeoutMs).toBe(61_000);
  });

  test("leaves an attempt alone that was taken from its task", () => {
    const state = after(add("task"), ...run(), cancel());
    expect(outcome(state, extend())).toBe("ILLEGAL_TRANSITION");
  });

  test("has an end", () => {
    expect(outcome(after(add("task")), extend("task", 30 * 86_400_000))).toBe("INVALID_ARGUMENT");
  });
});

describe("who calls an attempt timed out", () => {
  test("has its node end it, and the task goes on as after any timeout", () => {
    const state = after(add("task"), ...run(), timeOut());
    expect(state.attempts.get("task-1")).toMatchObject({ state: "running", timeoutMs: 0 });
    expect(state.tasks.get("task")).toMatchObject({ state: "active" });
    expect(from(state, end("task", "timeout")).tasks.get("task")).toMatchObject({
      state: "ready",
      limits: { timeoutMs: 60_000 },
    });
  });

  test("may say it again", () => {
    const state = after(add("task"), ...run(), timeOut());
    const decision = decide(state, timeOut()(state));
    expect(decision).toEqual({ kind: "accepted", events: [] });
  });

  test("is refused while no agent has started", () => {
    expect(outcome(after(add("task"), assign()), timeOut())).toBe("ILLEGAL_TRANSITION");
    const waiting = after(add("task"), ...run(), end("task", "auth"));
    expect(decide(waiting, timeOut()(waiting))).toMatchObject({
      message: "Task task is waiting human, and no agent works it now: there is nothing to end.",
    });
  });
});

function outcome(state: State, step: Step): string {
  const decision = decide(state, step(state));
  return decision.kind === "refused" ? decision.code : decision.kind;
}
