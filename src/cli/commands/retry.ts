import type { Command } from "../../core/commands.ts";
import type { Task } from "../../core/task.ts";
import { executeOrThrow, rehearse } from "../../store/execute.ts";
import type { Cli } from "../cli.ts";
import { findTasks } from "../find-task.ts";
import { sayHowToWork } from "../project-actions.ts";
import { printable } from "../terminal.ts";

/** Sends tasks back to work, with all their retries; a mistake in any of them changes nothing. */
export async function retry(
  cli: Cli,
  ids: readonly string[],
  { note }: { readonly note?: string },
): Promise<void> {
  await using project = await cli.openProject();
  const tasks = await findTasks(project.store, ids);
  const commandOf = ({ id: taskId }: Task): Command => {
    return { type: "retry_task", nowMs: cli.clock.nowMs(), taskId, note };
  };
  for (const task of tasks) await rehearse(project.store, commandOf(task));
  for (const task of tasks) {
    await executeOrThrow(project.store, commandOf(task));
    cli.terminal.say(`${task.id} goes back to work: ${printable(task.title)}`);
  }
  cli.terminal.json({ tasks: tasks.map(({ id, title }) => ({ id, title })) });
  await sayHowToWork(project, cli.terminal);
}
