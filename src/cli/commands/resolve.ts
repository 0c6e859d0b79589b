import { OrchestraError } from "../../core/errors.ts";
import { titleOf } from "../../core/names.ts";
import type { HumanCommand } from "../../core/commands.ts";
import type { Task } from "../../core/task.ts";
import { executeOrThrow } from "../../store/execute.ts";
import { newTaskId } from "../../intake/define-task.ts";
import type { Cli } from "../cli.ts";
import { findTask } from "../find-task.ts";
import { sayHowToWork } from "../project-actions.ts";
import { printable } from "../terminal.ts";

type Options = {
  readonly retry?: boolean;
  readonly note?: string;
  readonly abandon?: boolean;
  readonly cascade?: boolean;
  readonly spawn?: string;
};

/** Answers a task that waits for a person. */
export async function resolve(cli: Cli, id: string, options: Options): Promise<void> {
  refuseAmbiguity(options);
  await using project = await cli.openProject();
  const task = await findTask(project.store, id);
  if (task.state !== "waiting_human") {
    throw new OrchestraError(
      "ILLEGAL_TRANSITION",
      `Task ${task.id} is ${task.state.replace("_", " ")}: it does not wait for an answer.`,
    );
  }
  const spawnedId = newTaskId();
  const command = commandOf(task, options, spawnedId);
  await executeOrThrow(project.store, { ...command, nowMs: cli.clock.nowMs() });

  cli.terminal.json({ id: task.id, ...(options.spawn === undefined ? {} : { spawnedId }) });
  cli.terminal.say(`${task.id} ${outcomeOf(options, spawnedId)}: ${printable(task.title)}`);
  await sayHowToWork(project, cli.terminal);
}

/** Nothing that was typed may be passed over: it was meant. */
function refuseAmbiguity({ retry, abandon, spawn, note, cascade }: Options): void {
  const answers = [retry, abandon, spawn !== undefined].filter(Boolean);
  const isNoteLost = note !== undefined && !retry;
  const isCascadeLost = cascade && !abandon;
  if (answers.length !== 1) {
    throw misuse("Say what is to become of it: one of --retry, --abandon, --spawn PROMPT.");
  }
  if (spawn?.trim() === "") throw misuse("Say what the other task is to do: --spawn PROMPT.");
  if (isNoteLost) throw misuse("--note goes with --retry alone: nobody else would read it.");
  if (isCascadeLost) throw misuse("--cascade goes with --abandon alone.");
}

function misuse(message: string): OrchestraError {
  return new OrchestraError("INVALID_ARGUMENT", message);
}

function commandOf(task: Task, options: Options, spawnedId: string): HumanCommand {
  const { id: taskId } = task;
  if (options.abandon) {
    const dependents = options.cascade ? "abandon" : "wait";
    return { type: "abandon_task", taskId, dependents };
  }
  if (options.spawn === undefined) return { type: "retry_task", taskId, note: options.note };
  const { role, agent, priority, acceptanceCriteria, checks, limits, targetBranch, merges } = task;
  return {
    type: "replace_task",
    taskId,
    task: {
      id: spawnedId,
      title: titleOf(options.spawn),
      prompt: options.spawn,
      dependsOn: [],
      role,
      agent,
      priority,
      acceptanceCriteria,
      checks,
      limits,
      targetBranch,
      merges,
    },
  };
}

function outcomeOf(options: Options, spawnedId: string): string {
  if (options.abandon) return "is abandoned";
  return options.spawn === undefined ? "goes back to work" : `is replaced by ${spawnedId}`;
}
