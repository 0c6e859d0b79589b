import { taskIdOf } from "./attempt.ts";
import type { Command } from "./commands.ts";
import type { TaskDefinition } from "./events.ts";
import { PAUSE_END_MS } from "./schedule.ts";
import type { Scope } from "./state.ts";

/** Ready tasks of each agent that one assignment looks at, at most. */
const HEAD_PER_AGENT_MAX = 256;
/** Parked tasks let back in by one transaction. */
const UNPARK_MAX = 500;
/** Later than any task is parked until; of those that are paused nobody knows until when. */
const EVER_MS = PAUSE_END_MS - 1;

type Assign = Extract<Command, { type: "assign" }>;

/** What `decide` must see to answer `command`. */
export function scopeOf(command: Command): Scope {
  switch (command.type) {
    case "create_run":
      return { runIds: [command.runId] };
    case "add_tasks":
      return { runIds: [command.runId], taskIds: idsAround(command.tasks) };
    case "assign":
      // With the next parked task, so that the dispatcher learns when to look again.
      return { assignment: assignmentOf(command), dueParked: { nowMs: EVER_MS, limit: 1 } };
    case "unpark":
      return { dueParked: { nowMs: command.nowMs, limit: UNPARK_MAX } };
    case "prepare_attempt":
    case "start_attempt":
    case "return_attempt":
    case "report_attempt":
    case "finish_attempt":
      return { taskIds: [taskIdOf(command.attemptId)] };
    case "accept_attempt":
    case "end_attempt":
      return { taskIds: [taskIdOf(command.attemptId)], dependents: "direct" };
    case "complete_merge":
    case "reject_merge":
    case "defer_merge":
      return { taskIds: [command.taskId], dependents: "direct" };
    case "archive_tasks":
      return { taskIds: command.taskIds, dependents: "direct" };
    case "send_message":
    case "pause_task":
    case "resume_task":
      return { taskIds: [command.taskId] };
    case "cancel_task":
    case "abandon_task":
      return { taskIds: [command.taskId], dependents: "all" };
    case "extend_timeout":
    case "time_out_now":
      return { taskIds: [command.taskId] };
    case "retry_task":
      return { taskIds: [command.taskId], dependencies: true };
    case "replace_task":
      return { taskIds: [command.taskId, ...idsAround([command.task])], dependents: "all" };
  }
}

/**
 * No more of each agent than could be placed if every node were free; while an agent is held, those
 * of its tasks that others may work can stand behind those that they may not.
 */
function assignmentOf({ nodes, agentHolds = {} }: Assign): NonNullable<Scope["assignment"]> {
  const isHeld = Object.keys(agentHolds).length > 0;
  const capacity = nodes.reduce((sum, node) => sum + node.capacity, 0);
  return {
    agents: [...new Set(nodes.flatMap((node) => node.agents))],
    headPerAgent: isHeld ? HEAD_PER_AGENT_MAX : Math.min(HEAD_PER_AGENT_MAX, capacity),
  };
}

/** The ids that must be free, and those that must exist. */
function idsAround(tasks: readonly TaskDefinition[]): string[] {
  return [...new Set(tasks.flatMap((task) => [task.id, ...task.dependsOn]))];
}
