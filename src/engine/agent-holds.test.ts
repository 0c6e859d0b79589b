import { expect, test } from "vitest";
import { createInProcessBus } from "../cluster/in-process-bus.ts";
import type { AgentHold } from "../core/agent-hold.ts";
import { aTask } from "../core/testing/builders.ts";
import { createFakeClock } from "../core/testing/fake-clock.ts";
import { openMemoryStore } from "../store/memory/memory-store.ts";
import { rememberAgentHolds } from "./agent-holds.ts";

test("a hold that comes to be known while the blackboard is asked about another stays", async () => {
  const bus = createInProcessBus();
  const clock = createFakeClock();
  const tasks = ["a", "b"].map((id) => aTask({ id, state: "active", attemptCount: 1 }));
  let isTold = false;
  const store = {
    ...openMemoryStore(),
    tasksById: async (ids: readonly string[]) => {
      if (!isTold) bus.publish({ kind: "held", hold: holdOf("codex", "b") });
      isTold = true;
      return new Map(tasks.filter(({ id }) => ids.includes(id)).map((task) => [task.id, task]));
    },
  };
  const holds = rememberAgentHolds({ bus, store, clock });
  bus.publish({ kind: "held", hold: holdOf("claude", "a") });

  await holds.inForce(clock.nowMs());
  const { until } = await holds.inForce(clock.nowMs());
  expect(until).toEqual({ claude: Infinity, codex: Infinity });
});

function holdOf(agent: string, taskId: string): AgentHold {
  return { agent, taskId, attemptId: `${taskId}-1`, failureClass: "auth", untilMs: Infinity };
}
