import { executeOrThrow } from "../../store/execute.ts";
import type { Cli } from "../cli.ts";
import { findTask } from "../find-task.ts";
import { sayHowToWork } from "../project-actions.ts";

/** Sends tasks back to work, with all their retries. */
export async function retry(
  cli: Cli,
  ids: readonly string[],
  options: { readonly note?: string },
): Promise<void> {
  await using project = await cli.openProject();
  const retried: string[] = [];
  for (const typed of ids) {
    const task = await findTask(project.store, typed);
    await executeOrThrow(project.store, {
      type: "retry_task",
      nowMs: cli.clock.nowMs(),
      taskId: task.id,
      note: options.note,
    });
    retried.push(task.id);
    cli.terminal.say(`${task.id} goes back to work: ${task.title}`);
  }
  cli.terminal.json({ tasks: retried.map((id) => ({ id })) });
  await sayHowToWork(project, cli.terminal);
}
