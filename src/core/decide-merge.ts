import type { Command, MergeCommand } from "./commands.ts";
import { completionEvents, failureEvents } from "./consequences.ts";
import { accept, refuse, type Decision } from "./decision.ts";
import { latestAttempt, type State } from "./state.ts";

type Merge = Command & MergeCommand;

/** What the merge queue reports about a task whose checks have passed. */
export function decideMerge(state: State, command: Merge): Decision {
  const task = state.tasks.get(command.taskId);
  const attempt = task && latestAttempt(state, task);
  const isWaiting = task?.state === "awaiting_qa" && attempt?.state === "succeeded";
  if (!isWaiting || task.epoch !== command.epoch) {
    return refuse("FENCED", `Task ${command.taskId} no longer waits for this merge.`);
  }

  const common = { runId: task.runId, atMs: command.nowMs, taskId: task.id };
  switch (command.type) {
    case "complete_merge":
      return accept(completionEvents(state, task, command.mergedCommit, command.nowMs));
    case "defer_merge":
      if (task.waitReason === command.reason) return accept([]);
      return accept([{ type: "merge_deferred", ...common, reason: command.reason }]);
    case "reject_merge": {
      const { failure, evidence } = command;
      return accept([
        { type: "attempt_rejected", ...common, attemptId: attempt.id, failure, evidence },
        ...failureEvents(state, task, failure, { ...command, agent: attempt.agent }),
      ]);
    }
  }
}
