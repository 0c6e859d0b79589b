import { attemptId } from "./attempt.ts";
import type { Command, DispatchCommand } from "./commands.ts";
import { accept, type Decision } from "./decision.ts";
import type { Event } from "./events.ts";
import { policyOf } from "./failure.ts";
import { attemptBranch } from "./names.ts";
import { heldUntilMs, planAssignments, type Placement } from "./schedule.ts";
import type { State } from "./state.ts";

type Dispatch = Command & DispatchCommand;

/** Places ready tasks on nodes, and lets parked ones back in. */
export function decideDispatch(state: State, command: Dispatch): Decision {
  const tasks = [...state.tasks.values()];
  if (command.type === "unpark") {
    const due = tasks.filter(
      (task) => task.state === "ready" && (heldUntilMs(task) ?? Infinity) <= command.nowMs,
    );
    return accept(
      due.map((task) => ({
        type: "task_unparked",
        runId: task.runId,
        atMs: command.nowMs,
        taskId: task.id,
      })),
    );
  }

  const supply = {
    nodes: command.nodes,
    agentLimits: command.agentLimits,
    agentHolds: command.agentHolds ?? {},
    nowMs: command.nowMs,
    live: [...state.attempts.values()],
  };
  return accept(planAssignments(tasks, supply).map((placement) => assigned(placement, command)));
}

function assigned({ task, nodeId, agent }: Placement, command: Dispatch): Event {
  const number = task.attemptCount + 1;
  return {
    type: "attempt_assigned",
    runId: task.runId,
    atMs: command.nowMs,
    taskId: task.id,
    attemptId: attemptId(task.id, number),
    number,
    epoch: task.epoch + 1,
    nodeId,
    agent,
    branch: attemptBranch(task.id, task.title, number),
    startFrom: task.failure ? policyOf(task.failure.class).startFrom : "previous",
  };
}
