import type { AgentHold } from "../../core/agent-hold.ts";

/** Why the tasks of an agent wait that can do nothing, and what a person can do about it. */
export function aboutHold({ agent, taskId, failureClass, untilMs }: AgentHold): string {
  if (untilMs === Infinity) {
    return `${agent} can do nothing (${failureClass.replaceAll("_", " ")}): its other tasks wait. Put it right, and say: orchestra retry ${taskId}`;
  }
  return `${agent} has met its usage limit: its tasks wait until ${timeOf(untilMs)}. If it may go on before, say: orchestra retry ${taskId}`;
}

/** Why the tasks of an agent wait whose provider does not serve it, until then in milliseconds. */
export function aboutRest(agent: string, untilMs: number): string {
  return `The provider of ${agent} fails again and again: none of its tasks starts before ${timeOf(untilMs)}, and then one at a time.`;
}

function timeOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
