import { isLive } from "../../src/core/attempt.ts";
import type { AgentLife } from "./agent-life.ts";
import { folderOf, livingOf, type Machine } from "./machine.ts";
import { isGone } from "./scheduler.ts";
import { violate, type World } from "./world.ts";

/** Holds the start of an agent to what the blackboard says at that moment, and to who else is alive. */
export function checkStart(world: World, life: AgentLife, path: string): void {
  const { state, scenario } = world;
  const { attemptId, machine } = life;
  const attempt = state.attempts.get(attemptId);
  const task = attempt && state.tasks.get(attempt.taskId);
  if (!attempt || !task) return violate(world, `${attemptId} starts, and is on no blackboard.`);

  if (world.agents.has(attemptId)) violate(world, `${attemptId} runs a second time.`);
  if (!isLive(attempt.state)) violate(world, `${attemptId} starts while it is ${attempt.state}.`);
  if (!folderOf(machine, attemptId).note?.includes(JSON.stringify(path))) {
    violate(world, `${attemptId} starts where nobody who comes after a crash would look for it.`);
  }
  const node = scenario.nodes[world.machines.indexOf(machine)];
  if (attempt.nodeId !== node?.id) violate(world, `${attemptId} starts on ${node?.id}.`);

  for (const id of task.dependsOn) {
    const dependency = state.tasks.get(id);
    if (dependency?.state !== "complete") {
      violate(world, `${attemptId} starts while ${id}, which it depends on, is not complete.`);
    }
  }
  const others = [...world.agents.values()].filter(isAlive);
  const siblings = others.filter((one) => one.taskId === life.taskId);
  if (siblings.length > 0) {
    violate(world, `${attemptId} starts while ${siblings[0]?.attemptId} is alive.`);
  }
  if (node && others.filter((one) => one.machine === machine).length >= node.capacity) {
    violate(world, `${attemptId} starts on ${node.id}, which has no room.`);
  }
  const limit = scenario.agentLimits[attempt.agent] ?? Infinity;
  const same = others.filter((one) => state.attempts.get(one.attemptId)?.agent === attempt.agent);
  if (same.length >= limit) violate(world, `${attemptId} starts beyond the limit of its agent.`);
}

/** Whether the agent itself, or its wrapper, is alive. */
function isAlive(life: AgentLife): boolean {
  return !isGone(life.agent.owner) || !isGone(life.wrapper.owner);
}

/** Whether anything of an attempt is alive anywhere. */
export function livingAnywhere(machines: readonly Machine[], attemptId: string): boolean {
  return machines.some(
    // From a folder that is taken for nobody nothing was started: a late wrapper only looks, and ends.
    (machine) =>
      folderOf(machine, attemptId).identity !== "nobody" && livingOf(machine, attemptId).length > 0,
  );
}
