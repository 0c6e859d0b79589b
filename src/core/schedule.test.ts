import { array, assert, constantFrom, integer, property, record } from "fast-check";
import { describe, expect, test } from "vitest";
import type { NodeOffer } from "./commands.ts";
import { AGEING_MS, planAssignments, taskDueMs, rankOf, type Supply } from "./schedule.ts";
import type { Task } from "./task.ts";
import { anAttempt, aTask } from "./testing/builders.ts";

describe("tasks are started", () => {
  test("by priority, then by age, then by when they were added, then by id", () => {
    const tasks = [
      aTask({ id: "younger", readyAtMs: 20 }),
      aTask({ id: "b", readyAtMs: 10, createdAtMs: 5 }),
      aTask({ id: "a", readyAtMs: 10, createdAtMs: 5 }),
      aTask({ id: "added-first", readyAtMs: 10, createdAtMs: 1 }),
      aTask({ id: "urgent", priority: 1, readyAtMs: 20 }),
      aTask({ id: "unimportant", priority: -1, readyAtMs: 0 }),
    ];
    expect(planned(tasks, supply())).toEqual([
      "urgent",
      "added-first",
      "a",
      "b",
      "younger",
      "unimportant",
    ]);
  });

  test("in the same order, however they are given", () => {
    const tasks = Array.from({ length: 20 }, (_, index) => aTask({ id: `t${index}` }));
    const plan = planned(tasks, supply());
    expect(planned(tasks.toReversed(), supply())).toEqual(plan);
    expect(plan).toEqual(plan.toSorted());
  });

  test("only when they are ready and not parked", () => {
    const tasks = [
      aTask({ id: "parked", parkedUntilMs: 1 }),
      aTask({ id: "planned", state: "planned" }),
      aTask({ id: "active", state: "active" }),
      aTask({ id: "asks", state: "waiting_human" }),
      aTask({ id: "ready" }),
    ];
    expect(planned(tasks, supply())).toEqual(["ready"]);
  });

  test("by somebody who has their agent", () => {
    const tasks = [aTask({ id: "mine" }), aTask({ id: "other", agent: "claude" })];
    expect(planned(tasks, supply())).toEqual(["mine"]);
    expect(planned(tasks, supply({ nodes: [] }))).toEqual([]);
  });
});

test("a task that has waited long enough beats newer ones that are more urgent", () => {
  const old = aTask({ id: "old", priority: 0, readyAtMs: 0 });
  const urgent = { id: "urgent", priority: 3 };
  const one = supply({ nodes: [aNode({ capacity: 1 })] });

  expect(planned([old, aTask({ ...urgent, readyAtMs: 3 * AGEING_MS - 1 })], one)).toEqual([
    "urgent",
  ]);
  expect(planned([old, aTask({ ...urgent, readyAtMs: 3 * AGEING_MS + 1 })], one)).toEqual(["old"]);
});

test("a task's rank does not change while it waits", () => {
  expect(rankOf(2, 5_000)).toBe(5_000 - 2 * AGEING_MS);
});

describe("a node", () => {
  const tasks = Array.from({ length: 10 }, (_, index) => aTask({ id: `t${index}` }));

  test("is given no more than it has room for, stopping attempts included", () => {
    const live = [
      anAttempt({ taskId: "x", state: "running" }),
      anAttempt({ taskId: "y", state: "starting", isStopping: true }),
      anAttempt({ taskId: "z", state: "failed" }),
      anAttempt({ taskId: "elsewhere", nodeId: "other" }),
    ];
    expect(planned(tasks, supply({ nodes: [aNode({ capacity: 4 })], live }))).toHaveLength(2);
    expect(planned(tasks, supply({ nodes: [aNode({ capacity: 1 })], live }))).toEqual([]);
  });

  test("with the most room is chosen, and the first by name of equals", () => {
    const nodes = [aNode({ id: "small", capacity: 1 }), aNode({ id: "big", capacity: 3 })];
    const placements = planAssignments(tasks, supply({ nodes }));
    expect(placements.map((one) => one.nodeId)).toEqual(["big", "big", "big", "small"]);
  });
});

test("an agent is given no more than its limit, and others are not held up by it", () => {
  const nodes = [aNode({ capacity: 10, agents: ["claude", "script"] })];
  const live = [anAttempt({ taskId: "x", agent: "claude", nodeId: "gone" })];
  const tasks = [
    ...["a", "b", "c"].map((id) => aTask({ id, agent: "claude", priority: 9 })),
    aTask({ id: "d" }),
  ];
  const limits = (claude: number): Supply => supply({ nodes, live, agentLimits: { claude } });
  expect(planned(tasks, limits(2))).toEqual(["a", "d"]);
  expect(planned(tasks, limits(1))).toEqual(["d"]);
  expect(planned(tasks, limits(0))).toEqual(["d"]);
});

test("no plan passes a limit, and none leaves room that could be used", () => {
  const anAgent = constantFrom<string[]>("claude", "script");
  const someTasks = array(record({ agent: anAgent, priority: integer({ min: -2, max: 2 }) }));
  const someNodes = array(
    record({ capacity: integer({ min: 0, max: 3 }), agents: array(anAgent, { maxLength: 2 }) }),
    { maxLength: 3 },
  );
  assert(
    property(someTasks, someNodes, integer({ min: 0, max: 3 }), (given, offers, claude) => {
      const tasks = given.map((one, index) => aTask({ id: `t${index}`, ...one }));
      const nodes = offers.map((one, index) => ({ id: `n${index}`, ...one }));
      const plan = planAssignments(tasks, supply({ nodes, agentLimits: { claude } }));

      for (const node of nodes) {
        const placed = plan.filter((one) => one.nodeId === node.id);
        expect(placed.length).toBeLessThanOrEqual(node.capacity);
        expect(placed.every((one) => node.agents.includes(one.task.agent))).toBe(true);
      }
      const placed = new Set(plan.map((one) => one.task));
      expect(placed.size).toBe(plan.length);
      const ofClaude = plan.filter((one) => one.task.agent === "claude").length;
      expect(ofClaude).toBeLessThanOrEqual(claude);

      const free = nodes.filter(
        (node) => plan.filter((one) => one.nodeId === node.id).length < node.capacity,
      );
      const couldRun = tasks.filter(
        (task) =>
          !placed.has(task) &&
          free.some((node) => node.agents.includes(task.agent)) &&
          (task.agent !== "claude" || ofClaude < claude),
      );
      expect(couldRun).toEqual([]);
    }),
  );
});

test.each<[string, Partial<Task>, number]>([
  ["is parked is due when that ends", { parkedUntilMs: 7_000 }, 7_000],
  ["waits for its agent is due when that is let in", { agent: "claude" }, 9_000],
  ["may start is due for nothing", { agent: "codex" }, Infinity],
  ["is at work is due for nothing", { agent: "claude", state: "active" }, Infinity],
])("a task that %s", (_what, given, dueMs) => {
  expect(taskDueMs(aTask(given), { claude: 9_000, codex: 1_000 }, 1_000)).toBe(dueMs);
});

function planned(tasks: readonly Task[], given: Supply): string[] {
  return planAssignments(tasks, given).map((placement) => placement.task.id);
}

function supply(given: Partial<Supply> = {}): Supply {
  return { nodes: [aNode()], agentLimits: {}, agentHolds: {}, nowMs: 0, live: [], ...given };
}

function aNode(given: Partial<NodeOffer> = {}): NodeOffer {
  return { id: "node", capacity: 100, agents: ["script"], ...given };
}
