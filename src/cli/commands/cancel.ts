import type { NodeDeps } from "../../cluster/node/deps.ts";
import type { Task } from "../../core/task.ts";
import { cancelTasks } from "../../engine/cancel-tasks.ts";
import type { Cli } from "../cli.ts";
import { findTasks } from "../find-task.ts";
import { printable } from "../terminal.ts";

type Options = { readonly cascade?: boolean; readonly dryRun?: boolean };

/**
 * Stops tasks; a mistake in any of them changes nothing. Where no dispatcher runs, their processes
 * are ended here.
 */
export async function cancel(cli: Cli, ids: readonly string[], options: Options): Promise<void> {
  await using project = await cli.openProject();
  const { store, clock } = project;
  const tasks = await findTasks(store, ids);
  const node = async ({ id }: Task): Promise<NodeDeps> => {
    cli.terminal.note(`Stopping ${id} …`);
    return (await import("../node-here.ts")).nodeHere(project, cli.terminal);
  };
  const dependents = options.cascade ? "abandon" : "wait";
  await cancelTasks({ store, clock, node }, tasks, { dependents, isDry: options.dryRun });
  show(cli, tasks, options.dryRun ? "would be cancelled" : "cancelled");
}

function show(cli: Cli, tasks: readonly Task[], what: string): void {
  cli.terminal.json({ tasks: tasks.map((task) => ({ id: task.id, title: task.title })) });
  for (const task of tasks) cli.terminal.say(`${task.id} ${what}: ${printable(task.title)}`);
}
