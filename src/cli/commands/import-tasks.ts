import { resolve } from "node:path";
import { lookUpConfig } from "../../config/cached-config.ts";
import { projectPaths } from "../../config/paths.ts";
import { OrchestraError } from "../../core/errors.ts";
import type { TaskDefinition } from "../../core/events.ts";
import { STANDING_RUN } from "../../core/run.ts";
import { taskGraph } from "../../core/reports/dependencies.ts";
import { defineTask, type TaskPlace } from "../../intake/define-task.ts";
import { readGitHubIssues } from "../../intake/github.ts";
import { idsAround, planImport, type ImportPlan, type Known } from "../../intake/plan-import.ts";
import { renderTemplate } from "../../intake/formats/render-template.ts";
import { readWorkflow } from "../../intake/formats/workflow.ts";
import { readBeadsAt, readTasks, readText } from "../../intake/read-source.ts";
import { textOf, type Found } from "../../intake/source-task.ts";
import { executeOrThrow } from "../../store/execute.ts";
import type { Project } from "../../app.ts";
import type { Cli } from "../cli.ts";
import { parseNumberOption } from "../option-values.ts";
import { sayHowToWork } from "../project-actions.ts";
import { graphLines } from "../report/deps-lines.ts";
import { skippedLines } from "../report/import-lines.ts";
import { plural } from "../view/amounts.ts";

export type ImportOptions = {
  readonly agent?: string;
  readonly template?: string;
  readonly repo?: string;
  readonly label?: readonly string[];
  readonly limit?: string;
  readonly dryRun?: boolean;
};

type TaskSource = { readonly kind: "tasks" | "beads" | "github"; readonly typed: string };

const ISSUES_DEFAULT = 100;
const ISSUES_MAX = 1_000;

/** Adds the tasks of a file or a tracker that are still to be done and not there yet. */
export async function importTasks(
  cli: Cli,
  source: TaskSource,
  options: ImportOptions,
): Promise<void> {
  const found = await readFound(cli, source, options);
  if (options.dryRun)
    return report(cli, { source, found, ...(await rehearsed(cli, found, options)) }, options);
  await using project = await cli.openProject();
  const planned = await addedTo(project, found, options);
  report(cli, { source, found, ...planned }, options);
  if (planned.definitions.length > 0) await sayHowToWork(project, cli.terminal);
}

/** The tasks of the source, their prompts made by the template if there is one. */
async function readFound(cli: Cli, source: TaskSource, options: ImportOptions): Promise<Found> {
  const found = await readSource(cli, source, options);
  const { template: file } = options;
  if (file === undefined) return found;
  const { template } = readWorkflow(file, readText(file, resolve(cli.cwd, file)));
  const tasks = found.tasks.map((task) => ({
    ...task,
    prompt: renderTemplate(file, template, task),
  }));
  return { ...found, tasks };
}

async function readSource(
  cli: Cli,
  { kind, typed }: TaskSource,
  options: ImportOptions,
): Promise<Found> {
  const path = resolve(cli.cwd, typed);
  if (kind === "tasks") return readTasks(typed, path);
  if (kind === "beads") return readBeadsAt(typed, path, cli.clock.nowMs());
  const { root } = await cli.findRepository();
  return readGitHubIssues(
    { root, variables: cli.environment.variables },
    { repository: options.repo, labels: options.label ?? [], limit: issueLimit(options) },
  );
}

function issueLimit({ limit }: ImportOptions): number {
  return parseNumberOption("--limit", limit, { min: 1, max: ISSUES_MAX }) ?? ISSUES_DEFAULT;
}

type Planned = {
  readonly plan: ImportPlan;
  readonly definitions: readonly TaskDefinition[];
};

/** What would be added; the blackboard is only looked at. */
async function rehearsed(cli: Cli, found: Found, options: ImportOptions): Promise<Planned> {
  const repository = await cli.findRepository();
  const { root } = repository;
  const config = await lookUpConfig(root, projectPaths(root).stateFolder);
  await using reader = await cli.openReader();
  const known = (await reader?.tasksById(idsAround(found.tasks))) ?? new Map();
  return await planned({ root, repository, config }, found, { known, options });
}

async function addedTo(project: Project, found: Found, options: ImportOptions): Promise<Planned> {
  const { store, clock } = project;
  const known = await store.tasksById(idsAround(found.tasks));
  const one = await planned(project, found, { known, options });
  const tasks = one.definitions;
  if (tasks.length === 0) return one;
  const nowMs = clock.nowMs();
  try {
    await executeOrThrow(store, { type: "add_tasks", nowMs, runId: STANDING_RUN, tasks });
  } catch (error) {
    if (!(error instanceof OrchestraError) || error.code !== "DUPLICATE_ID") throw error;
    // Somebody has taken over the same meanwhile, which is now there to be seen.
    return addedTo(project, found, options);
  }
  return one;
}

async function planned(
  place: TaskPlace,
  { tasks }: Found,
  { known, options }: { readonly known: Known; readonly options: ImportOptions },
): Promise<Planned> {
  const plan = planImport(tasks, known);
  const definitions: TaskDefinition[] = [];
  for (const { request, from } of plan.added) {
    try {
      const agent = options.agent ?? request.agent;
      definitions.push(await defineTask(place, { ...request, agent }));
    } catch (cause) {
      if (!(cause instanceof OrchestraError)) throw cause;
      throw new OrchestraError(cause.code, `${textOf(from.place)}: ${cause.message}`, { cause });
    }
  }
  return { plan, definitions };
}

function report(
  cli: Cli,
  { source, plan, definitions, found }: Planned & { source: TaskSource; found: Found },
  options: ImportOptions,
): void {
  const { terminal } = cli;
  const { skipped } = plan;
  const added = definitions.map(({ id, title, agent, dependsOn }) => ({
    id,
    title,
    agent,
    dependsOn,
  }));
  const isDryRun = options.dryRun === true;
  terminal.json({ source: source.typed, isDryRun, added, skipped, unknownKeys: found.unknownKeys });
  if (terminal.isJson) return;
  const verb = isDryRun ? "would be added" : "added";
  terminal.say(`${plural(added.length, "task")} ${verb} from ${source.typed}.`);
  const graph = taskGraph(
    added.map((one) => ({ ...one, state: one.dependsOn.length === 0 ? "ready" : "planned" })),
  );
  const drawn =
    isDryRun && graph.size > 0 ? graphLines(graph, terminal, "--json has them all") : [];
  for (const line of drawn) terminal.say(line);
  for (const line of skippedLines(skipped, terminal)) terminal.say(line);
  const unknown = found.unknownKeys.join(", ");
  if (unknown !== "") terminal.note(`Not taken over, as it has no meaning here: ${unknown}.`);
  if (source.kind === "github" && found.tasks.length === issueLimit(options)) {
    terminal.note(`There may be more issues than these: --limit ${ISSUES_MAX} asks for more.`);
  }
}
