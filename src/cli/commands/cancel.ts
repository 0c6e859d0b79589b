import { isLive } from "../../core/attempt.ts";
import type { Task } from "../../core/task.ts";
import { executeOrThrow } from "../../store/execute.ts";
import type { Cli } from "../cli.ts";
import { findTask } from "../find-task.ts";
import { isDispatcherAlive } from "../project-actions.ts";

type Options = { readonly cascade?: boolean; readonly dryRun?: boolean };

/** Stops tasks. Where no dispatcher runs, their processes are ended here. */
export async function cancel(cli: Cli, ids: readonly string[], options: Options): Promise<void> {
  await using project = await cli.openProject();
  const { store } = project;
  const tasks: Task[] = [];
  for (const id of ids) tasks.push(await findTask(store, id));
  if (options.dryRun) return show(cli, tasks, "would be cancelled");

  for (const task of tasks) {
    await executeOrThrow(store, {
      type: "cancel_task",
      nowMs: cli.clock.nowMs(),
      taskId: task.id,
      dependents: options.cascade ? "abandon" : "wait",
    });
    const live = (await store.attemptsOf(task.id)).filter((attempt) => isLive(attempt.state));
    if (live.length === 0 || (await isDispatcherAlive(project))) continue;
    cli.terminal.note(`Stopping ${task.id} …`);
    const { stopAttempts } = await import("../stop-attempts.ts");
    await stopAttempts(project, live, cli.terminal);
  }
  return show(cli, tasks, "cancelled");
}

function show(cli: Cli, tasks: readonly Task[], what: string): void {
  cli.terminal.json({ tasks: tasks.map((task) => ({ id: task.id, title: task.title })) });
  for (const task of tasks) cli.terminal.say(`${task.id} ${what}: ${task.title}`);
}
