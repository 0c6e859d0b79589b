import { OrchestraError } from "../../core/errors.ts";
import {
  around,
  relations,
  taskGraph,
  unfinished,
  type LinkedTask,
  type TaskGraph,
} from "../../core/reports/dependencies.ts";
import { findDependencyFlaws, isFatal } from "../../core/reports/dependency-flaws.ts";
import { drawDot, drawMermaid } from "../../core/reports/graph-drawing.ts";
import type { Cli } from "../cli.ts";
import { EXIT } from "../exit-codes.ts";
import { findTask } from "../find-task.ts";
import { taskPages } from "../report/all-tasks.ts";
import { flawLines, graphLines, neighbourLines, waitLines } from "../report/deps-lines.ts";
import { printable } from "../terminal.ts";

type Scope = { readonly all?: boolean };

type Format = "text" | "dot" | "mermaid";

/** Shows what a task waits for and what waits for it; without one, who waits for whom. */
export async function showDeps(cli: Cli, typed: string | undefined, scope: Scope): Promise<void> {
  const { graph, id } = await readGraph(cli, typed);
  const shown = id === undefined ? chosen(graph, scope) : graph;
  const all = relations(shown);
  const task = all.find((one) => one.id === id);
  const near = new Set([id, ...(task?.dependsOn ?? []), ...(task?.dependents ?? [])]);
  cli.terminal.json({ tasks: task ? all.filter((one) => near.has(one.id)) : all });
  const lines = task ? neighbourLines(task, graph, cli.terminal) : waitLines(shown, cli.terminal);
  for (const line of lines) cli.terminal.say(line);
}

/** Draws the graph: all that is left to do, or what is around one task, however far. */
export async function drawDeps(
  cli: Cli,
  typed: string | undefined,
  { format, ...scope }: Scope & { readonly format: Format },
): Promise<void> {
  const { graph, id } = await readGraph(cli, typed);
  const drawn = id === undefined ? chosen(graph, scope) : around(graph, id);
  cli.terminal.json({ tasks: relations(drawn) });
  if (cli.terminal.isJson) return;
  if (format === "dot") return cli.terminal.say(printable(drawDot(drawn)));
  if (format === "mermaid") return cli.terminal.say(printable(drawMermaid(drawn)));
  for (const line of graphLines(drawn, cli.terminal)) cli.terminal.say(line);
}

/** Finds what keeps tasks from ever completing, and says what to do about it. */
export async function validateDeps(cli: Cli, typed: string | undefined): Promise<void> {
  const { graph, id } = await readGraph(cli, typed);
  const within = id === undefined ? graph : around(graph, id);
  // Asked about all: a part of the graph would lack what its edges lead to.
  const flaws = findDependencyFlaws(graph).filter(({ taskIds }) =>
    taskIds.some((one) => within.has(one)),
  );
  if (flaws.length > 0) cli.exitCode.value = EXIT.needsHuman;
  if (flaws.some(isFatal)) cli.exitCode.value = EXIT.workFailed;
  cli.terminal.json({ taskCount: within.size, flaws });
  for (const line of flawLines(flaws, within.size, cli.terminal)) cli.terminal.say(line);
}

/** All tasks at one moment, and the one that was asked for. */
async function readGraph(
  cli: Cli,
  typed: string | undefined,
): Promise<{ readonly graph: TaskGraph; readonly id: string | undefined }> {
  await using reader = await cli.openReader();
  if (!reader && typed !== undefined) {
    throw new OrchestraError("TASK_NOT_FOUND", "There are no tasks here yet.");
  }
  if (!reader) return { graph: taskGraph([]), id: undefined };
  return await reader.snapshot(async (moment) => {
    const id = typed === undefined ? undefined : (await findTask(moment, typed)).id;
    const tasks: LinkedTask[] = [];
    for await (const page of taskPages(moment)) {
      for (const { id, title, state, dependsOn } of page)
        tasks.push({ id, title, state, dependsOn });
    }
    return { graph: taskGraph(tasks), id };
  });
}

function chosen(graph: TaskGraph, { all }: Scope): TaskGraph {
  return all === true ? graph : unfinished(graph);
}
