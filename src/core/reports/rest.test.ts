import { describe, expect, test } from "vitest";
import { countTasks } from "../state.ts";
import { aState, aTask } from "../testing/builders.ts";
import type { Task } from "../task.ts";
import { restOf, restOfQueue, type AgentsSeen, type QueueRest, type Rest } from "./rest.ts";

const AGENTS: AgentsSeen = {
  isKnownAgent: (name) => name !== "nobody",
  isHeldAgent: (name) => name === "locked out",
};

const MERGE_WAITS: Partial<Task> = {
  state: "awaiting_qa",
  waitReason: "The check-out is not clean.",
};
const READY: Partial<Task> = { state: "ready" };
const STRANGE: Partial<Task> = { state: "ready", agent: "nobody" };

describe("a task", () => {
  test.each<[Partial<Task>, Rest | undefined]>([
    [{ state: "complete" }, "complete"],
    [{ state: "cancelled" }, "ended"],
    [{ state: "abandoned" }, "ended"],
    [{ state: "waiting_human" }, "needs_human"],
    [MERGE_WAITS, "needs_human"],
    [STRANGE, "no_agent"],
    [{ state: "ready", agent: "locked out" }, "needs_human"],
    [{ state: "ready", agent: "locked out", fallbackAgents: ["script"] }, undefined],
    [READY, undefined],
    [{ state: "ready", parkedUntilMs: 9, waitReason: "A limit." }, undefined],
    [{ state: "active" }, undefined],
    [{ state: "awaiting_qa" }, undefined],
    [{ state: "failed" }, undefined],
  ])("that is %j rests as %s", (given, rest) => {
    expect(restOf(aTask(given), { tasks: new Map(), ...AGENTS })).toBe(rest);
  });

  test.each<[string, Record<string, Partial<Task>>, Rest | undefined]>([
    ["what is worked", { a: { state: "active" } }, undefined],
    ["what is done and what is worked", { a: { state: "complete" }, b: READY }, undefined],
    ["what waits for a person", { a: { state: "waiting_human" }, b: READY }, "needs_human"],
    ["what was cancelled", { a: { state: "cancelled" } }, "needs_human"],
    ["what nobody can work", { a: STRANGE }, "no_agent"],
    ["what waits for that", { a: { state: "planned", dependsOn: ["b"] }, b: STRANGE }, "no_agent"],
    ["what is not there", { a: { state: "planned", dependsOn: ["gone"] } }, "needs_human"],
    ["itself in the end", { a: { state: "planned", dependsOn: ["task"] } }, "needs_human"],
  ])("that waits for %s rests as that has it", (_name, others, rest) => {
    const ids = Object.keys(others);
    const task = aTask({ state: "planned", dependsOn: ids });
    const all = [task, ...ids.map((id) => aTask({ ...others[id], id }))];
    const tasks = new Map(all.map((one) => [one.id, one]));
    expect(restOf(task, { tasks, ...AGENTS })).toBe(rest);
  });
});

test.each<[string, readonly Partial<Task>[], number, QueueRest | undefined]>([
  ["nothing", [], 0, "done"],
  ["what has ended", [{ state: "complete" }, { state: "cancelled" }], 0, "done"],
  ["what is ready", [READY], 0, undefined],
  ["what is active", [{ state: "active" }], 1, undefined],
  ["what is between two tries", [{ state: "failed" }], 0, undefined],
  ["an agent that is being stopped", [{ state: "cancelled" }], 1, undefined],
  ["a merge", [{ state: "awaiting_qa" }], 0, undefined],
  ["a merge that waits", [MERGE_WAITS], 0, "needs_human"],
  [
    "a question, and what waits for it",
    [{ state: "waiting_human" }, { state: "planned" }],
    0,
    "needs_human",
  ],
  ["a question, while other things go on", [{ state: "waiting_human" }, READY], 0, undefined],
  [
    "what an agent cannot work until it is put right",
    [{ state: "ready", agent: "locked out" }],
    0,
    "needs_human",
  ],
  ["what nobody can work", [STRANGE, { state: "complete" }], 0, "no_agent"],
])("a queue with %s rests as %s", (_name, given, liveAttempts, rest) => {
  const tasks = given.map((one, index) => aTask({ ...one, id: `t${index}` }));
  const counts = countTasks(aState(tasks));
  const open = tasks.filter(({ state }) => state === "ready" || state === "awaiting_qa");
  expect(restOfQueue({ counts, liveAttempts, tasks: open, ...AGENTS })).toBe(rest);
});
