import { retryTasks } from "../../engine/retry-tasks.ts";
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
  await retryTasks(project, tasks, note);
  for (const { id, title } of tasks) {
    cli.terminal.say(`${id} goes back to work: ${printable(title)}`);
  }
  cli.terminal.json({ tasks: tasks.map(({ id, title }) => ({ id, title })) });
  await sayHowToWork(project, cli.terminal);
}
