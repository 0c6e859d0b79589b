import type { RecordedEvent } from "../../src/core/events.ts";
import type { Task } from "../../src/core/task.ts";
import { violate, type World } from "./world.ts";

/** Until when each task knows each of its agents to have met its usage limit, told from the events alone. */
export type UsageLimits = Map<string, Map<string, number>>;

/** A task goes to the first of its agents that has not met its limit, and to none that has. */
export function checkAgent(
  world: World,
  task: Task,
  event: Extract<RecordedEvent, { type: "attempt_assigned" }>,
): void {
  const { attemptId, agent, atMs } = event;
  const limits = world.usageLimits.get(task.id);
  const isLimited = (name: string): boolean => (limits?.get(name) ?? -Infinity) > atMs;
  if (isLimited(agent)) {
    violate(world, `${attemptId} starts on ${agent}, whose usage limit its task has met.`);
  }
}

/** Remembers the limits that a task has met, until a person sends it back to work. */
export function noteUsageLimit(world: World, event: RecordedEvent): void {
  switch (event.type) {
    case "task_failed": {
      const { taskId, agent, failure } = event;
      if (failure.class !== "quota" || agent === undefined) return;
      if (event.costs !== "wait") violate(world, `A usage limit costs ${taskId} a retry.`);
      const limits = world.usageLimits.get(taskId) ?? new Map<string, number>();
      world.usageLimits.set(taskId, limits.set(agent, failure.resetAtMs ?? event.atMs));
      return;
    }
    case "task_retried":
      if (event.byHuman) world.usageLimits.delete(event.taskId);
      return;
    case "task_replanned":
      world.usageLimits.delete(event.taskId);
      return;
    default:
  }
}
