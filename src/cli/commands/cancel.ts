import type { Project } from "../../app.ts";
import { isLive } from "../../core/attempt.ts";
import type { Command } from "../../core/commands.ts";
import type { Task } from "../../core/task.ts";
import { executeOrThrow, rehearse } from "../../store/execute.ts";
import type { Cli } from "../cli.ts";
import { findTasks } from "../find-task.ts";
import { isDispatcherAlive } from "../project-actions.ts";
import { printable } from "../terminal.ts";

type Options = { readonly cascade?: boolean; readonly dryRun?: boolean };

/**
 * Stops tasks; a mistake in any of them changes nothing. Where no dispatcher runs, their processes
 * are ended here.
 */
export async function cancel(cli: Cli, ids: readonly string[], options: Options): Promise<void> {
  await using project = await cli.openProject();
  const { store } = project;
  const tasks = await findTasks(store, ids);
  const commandOf = (task: Task): Command => ({
    type: "cancel_task",
    nowMs: cli.clock.nowMs(),
    taskId: task.id,
    dependents: options.cascade ? "abandon" : "wait",
  });
  for (const task of tasks) await rehearse(store, commandOf(task));
  if (options.dryRun) return show(cli, tasks, "would be cancelled");

  // Those first that wait for others, which would abandon them.
  for (const task of tasks.toReversed()) {
    await executeOrThrow(store, commandOf(task));
    await stopHere(cli, project, task);
  }
  return show(cli, tasks, "cancelled");
}

async function stopHere(cli: Cli, project: Project, { id }: Task): Promise<void> {
  const attempts = await project.store.attemptsOf(id);
  const live = attempts.filter((attempt) => isLive(attempt.state));
  if (live.length === 0 || (await isDispatcherAlive(project))) return;
  cli.terminal.note(`Stopping ${id} …`);
  const { stopAttempts } = await import("../stop-attempts.ts");
  await stopAttempts(project, live, cli.terminal);
}

function show(cli: Cli, tasks: readonly Task[], what: string): void {
  cli.terminal.json({ tasks: tasks.map((task) => ({ id: task.id, title: task.title })) });
  for (const task of tasks) cli.terminal.say(`${task.id} ${what}: ${printable(task.title)}`);
}
