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
  const holds = rememberAgentHolds({ bus, store, clock, sameProvider: (agent) => [agent] });
  bus.publish({ kind: "held", hold: holdOf("claude", "a") });

  await holds.inForce(clock.nowMs());
  const { until } = await holds.inForce(clock.nowMs());
  expect(until).toEqual({ claude: Infinity, codex: Infinity });
});

const OF_ONE_PROVIDER = ["opus", "sonnet"];

test("what one agent is answered lifts no caution about the usage limit of another", async () => {
  const bus = createInProcessBus();
  const clock = createFakeClock();
  const store = openMemoryStore();
  const holds = rememberAgentHolds({ bus, store, clock, sameProvider: () => OF_ONE_PROVIDER });
  bus.publish({ kind: "held", hold: { ...holdOf("opus", "a"), untilMs: clock.nowMs() + 1 } });
  await clock.advance(2);
  for (let count = 0; count < 6; count += 1) bus.publish({ kind: "answered", agent: "sonnet" });
  expect((await holds.inForce(clock.nowMs())).room).toEqual({ opus: 1 });

  for (let count = 0; count < 6; count += 1) bus.publish({ kind: "answered", agent: "opus" });
  expect((await holds.inForce(clock.nowMs())).room).toEqual({});
});

test("when a provider fails one agent, the others that ask it rest, and come back with it", async () => {
  const bus = createInProcessBus();
  const clock = createFakeClock();
  const store = openMemoryStore();
  const holds = rememberAgentHolds({ bus, store, clock, sameProvider: () => OF_ONE_PROVIDER });
  const failing = { kind: "ending", agent: "opus", failureClass: "provider_error" } as const;
  for (let count = 0; count < 3; count += 1) bus.publish(failing);
  const untilMs = clock.nowMs() + 15_000;
  expect((await holds.inForce(clock.nowMs())).until).toEqual({ opus: untilMs, sonnet: untilMs });

  await clock.advance(15_000);
  expect((await holds.inForce(clock.nowMs())).room).toEqual({ opus: 1, sonnet: 1 });
  for (let count = 0; count < 6; count += 1) bus.publish({ kind: "answered", agent: "opus" });
  expect((await holds.inForce(clock.nowMs())).room).toEqual({});
});

function holdOf(agent: string, taskId: string): AgentHold {
  return { agent, taskId, attemptId: `${taskId}-1`, failureClass: "auth", untilMs: Infinity };
}
