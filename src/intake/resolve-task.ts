import type { Clock } from "../core/clock.ts";
import type { HumanCommand } from "../core/commands.ts";
import { OrchestraError } from "../core/errors.ts";
import { titleOf } from "../core/names.ts";
import type { Task } from "../core/task.ts";
import { executeOrThrow } from "../store/execute.ts";
import type { Store } from "../store/store.ts";
import { newTaskId, refuseUnusable } from "./define-task.ts";

/** What a person says is to become of a task that waits for them. */
export type Answer =
  /** Back to work, with all its retries; the agent is told the note. */
  | { readonly kind: "retry"; readonly note?: string | undefined }
  /** What depends on it waits for a person, too, or is given up with it. */
  | { readonly kind: "abandon"; readonly dependents?: "wait" | "abandon" | undefined }
  /** A task with this prompt takes its place. */
  | { readonly kind: "spawn"; readonly prompt: string };

type Deps = { readonly store: Pick<Store, "transact">; readonly clock: Clock };

/** Answers a task that waits for a person; returns the id of the task that took its place, if one did. */
export async function resolveTask(
  { store, clock }: Deps,
  task: Task,
  answer: Answer,
): Promise<string | undefined> {
  if (task.state !== "waiting_human") {
    throw new OrchestraError(
      "ILLEGAL_TRANSITION",
      `Task ${task.id} is ${task.state.replace("_", " ")}: it does not wait for an answer.`,
    );
  }
  const command = commandOf(task, answer);
  await executeOrThrow(store, { ...command, nowMs: clock.nowMs() });
  return command.type === "replace_task" ? command.task.id : undefined;
}

function commandOf(task: Task, answer: Answer): HumanCommand {
  const { id: taskId } = task;
  switch (answer.kind) {
    case "retry":
      return { type: "retry_task", taskId, note: answer.note };
    case "abandon":
      return { type: "abandon_task", taskId, dependents: answer.dependents ?? "wait" };
    case "spawn":
      return replacement(task, answer.prompt);
  }
}

function replacement(replaced: Task, prompt: string): HumanCommand {
  refuseUnusable(prompt);
  const { role, agent, fallbackAgents, priority, acceptanceCriteria } = replaced;
  const { id: taskId, checks, limits, targetBranch, merges } = replaced;
  return {
    type: "replace_task",
    taskId,
    task: {
      id: newTaskId(),
      title: titleOf(prompt),
      prompt,
      dependsOn: [],
      role,
      agent,
      ...(fallbackAgents && { fallbackAgents }),
      priority,
      acceptanceCriteria,
      checks,
      limits,
      targetBranch,
      merges,
    },
  };
}
