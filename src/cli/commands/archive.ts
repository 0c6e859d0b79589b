import { relative } from "node:path";
import { archiveDeps, workspacesOf, type Project } from "../../app.ts";
import { loadConfig } from "../../config/load-config.ts";
import { projectPaths } from "../../config/paths.ts";
import { OrchestraError } from "../../core/errors.ts";
import { archiveTasks, type Archived } from "../../store/archive/archive.ts";
import { chooseLeaving, type Choice } from "../../store/archive/choose.ts";
import { archiveStats } from "../../store/archive/stats.ts";
import type { Cli } from "../cli.ts";
import { hasBlackboard } from "../open-reader.ts";
import { parseAgeOption } from "../option-values.ts";
import { isDispatcherAlive } from "../../engine/living-dispatcher.ts";
import { shellWord } from "../shell-word.ts";
import { plural } from "../view/amounts.ts";
import { renderTable } from "../view/table.ts";

type Options = {
  readonly olderThan?: string;
  readonly dryRun?: boolean;
  readonly stats?: boolean;
};

/** Takes tasks that ended long ago off the blackboard, and keeps them in a folder of their own. */
export async function archive(cli: Cli, options: Options): Promise<void> {
  if (options.stats && (options.dryRun || options.olderThan !== undefined)) {
    const message = "--stats goes alone: it tells of what was archived, and moves nothing.";
    throw new OrchestraError("INVALID_ARGUMENT", message);
  }
  if (options.stats) return showStats(cli);
  const olderThanMs = parseAgeOption("--older-than", options.olderThan);
  if (options.dryRun && !(await hasBlackboard(cli))) return previewNothing(cli, olderThanMs);
  await using project = await cli.openProject();
  const endedBeforeMs = cli.clock.nowMs() - (olderThanMs ?? project.config.retentionMs);
  // What is still to be done for a task that has ended, is done in its workspace.
  const held = new Set(await (await workspacesOf(project)).list());
  if (options.dryRun) return await preview(cli, project, { endedBeforeMs, held });

  const archives = await archiveTasks(archiveDeps(project, cli.version), { endedBeforeMs, held });
  // It keeps who writes waiting; what a running dispatcher writes next takes the space anyway.
  if (archives.length > 0 && !(await isDispatcherAlive(project.store)))
    await project.store.reclaim();
  tell(cli, archives);
}

/** Tells what was archived so far; changes nothing. */
async function showStats(cli: Cli): Promise<void> {
  const { root } = await cli.findRepository();
  const archives = archiveStats(projectPaths(root));
  cli.terminal.json({ archives });
  if (archives.length === 0) return cli.terminal.say("Nothing was archived yet.");
  const columns = [
    { title: "ARCHIVE", grows: true },
    { title: "TASKS", align: "right" },
    { title: "MB", align: "right" },
  ] as const;
  const rows = archives.map(({ folder, tasks, bytes }) => [
    relative(cli.cwd, folder) || folder,
    String(tasks),
    (bytes / 1e6).toFixed(1),
  ]);
  for (const line of renderTable(columns, rows, cli.terminal.width)) cli.terminal.say(line);
}

async function preview(cli: Cli, { store }: Project, choice: Choice): Promise<void> {
  const leaving = await chooseLeaving(store, choice);
  const all = await chooseLeaving(store, { ...choice, held: new Set() });
  const held = all.length - leaving.length;
  tellPreview(cli, { tasks: leaving.length, held, endedBeforeMs: choice.endedBeforeMs });
}

/** Where there is no blackboard yet, none is made to look at. */
async function previewNothing(cli: Cli, olderThanMs: number | undefined): Promise<void> {
  const { root } = await cli.findRepository();
  const { retentionMs } = await loadConfig(root);
  const endedBeforeMs = cli.clock.nowMs() - (olderThanMs ?? retentionMs);
  tellPreview(cli, { tasks: 0, held: 0, endedBeforeMs });
}

type Preview = { readonly tasks: number; readonly held: number; readonly endedBeforeMs: number };

function tellPreview(cli: Cli, { tasks, held, endedBeforeMs }: Preview): void {
  cli.terminal.json({ tasks, held, endedBeforeMs });
  cli.terminal.say(`${plural(tasks, "task")} would be archived.`);
  if (held > 0) {
    cli.terminal.say(`${plural(held, "task")} would stay until \`orchestra run\` has tidied up.`);
  }
}

function tell(cli: Cli, archives: readonly Archived[]): void {
  cli.terminal.json({
    archives: archives.map(({ folder, taskIds }) => ({ folder, tasks: taskIds.length })),
  });
  if (archives.length === 0) cli.terminal.say("Nothing ended long enough ago.");
  for (const { folder, taskIds } of archives) {
    const place = relative(cli.cwd, folder) || folder;
    cli.terminal.say(`Archived ${plural(taskIds.length, "task")} in ${place}.`);
    const hint = `Look at them again: orchestra --store sqlite:archived.db import ${shellWord(place)}`;
    cli.terminal.say(cli.terminal.style("dim", hint));
  }
}
