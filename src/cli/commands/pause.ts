import type { Project } from "../../app.ts";
import { isLive } from "../../core/attempt.ts";
import type { HumanCommand } from "../../core/commands.ts";
import { OrchestraError } from "../../core/errors.ts";
import { hasEnded, TASK_STATES, type Task } from "../../core/task.ts";
import { executeOrThrow, rehearse } from "../../store/execute.ts";
import type { Cli } from "../cli.ts";
import { findTasks } from "../find-task.ts";
import { isDispatcherAlive } from "../../engine/living-dispatcher.ts";
import { sayHowToWork } from "../project-actions.ts";
import { plural } from "../view/amounts.ts";
import { printable } from "../terminal.ts";

type Kind = Extract<HumanCommand["type"], "pause_task" | "resume_task">;
type Options = { readonly all?: boolean };

const READ_AT_ONCE = 500;

/** Keeps tasks from being worked; agents at work end, with their sessions and their work kept. */
export async function pause(cli: Cli, ids: readonly string[], options: Options): Promise<void> {
  await using project = await cli.openProject();
  const { store } = project;
  const tasks = await meant(project, "pause", ids, options);
  await commandAll(cli, project, "pause_task", tasks);
  for (const task of tasks) {
    await endHere(cli, project, task);
    const now = (await store.task(task.id)) ?? task;
    cli.terminal.say(`${task.id} ${whatHolds(now)}: ${printable(task.title)}`);
  }
  if (options.all) cli.terminal.say(aboutLaterTasks(tasks.length));
  show(cli, tasks);
}

/** A pause is a task's, and there is none of the queue. */
function aboutLaterTasks(count: number): string {
  return `${plural(count, "task")} paused, and none that is added later: to have no task worked, stop who works the queue, as with \`orchestra daemon stop\`.`;
}

/** Has tasks worked again that were paused, each in its session where its agent can. */
export async function resume(cli: Cli, ids: readonly string[], options: Options): Promise<void> {
  await using project = await cli.openProject();
  const tasks = await meant(project, "resume", ids, options);
  await commandAll(cli, project, "resume_task", tasks);
  for (const { id, title } of tasks) cli.terminal.say(`${id} goes on: ${printable(title)}`);
  show(cli, tasks);
  await sayHowToWork(project, cli.terminal);
}

/** A mistake in any of them changes nothing. */
async function commandAll(
  cli: Cli,
  { store }: Project,
  type: Kind,
  tasks: readonly Task[],
): Promise<void> {
  const commandOf = ({ id: taskId }: Task) => ({ type, taskId, nowMs: cli.clock.nowMs() }) as const;
  for (const task of tasks) await rehearse(store, commandOf(task));
  for (const task of tasks) await executeOrThrow(store, commandOf(task));
}

/** Nobody is to stop a whole queue by leaving out a word. */
async function meant(
  { store }: Project,
  what: "pause" | "resume",
  ids: readonly string[],
  { all = false }: Options,
): Promise<readonly Task[]> {
  if (ids.length > 0 === all) {
    throw new OrchestraError(
      "INVALID_ARGUMENT",
      `Say what to ${what}: the ids of tasks, or --all for all that there are.`,
    );
  }
  if (!all) return findTasks(store, ids);
  const states = TASK_STATES.filter((state) => !hasEnded(state) && state !== "waiting_human");
  const found: Task[] = [];
  for (let after = ""; ;) {
    const some = await store.tasksAfter(after, READ_AT_ONCE);
    const isMeant = ({ state, pausedAtMs }: Task): boolean =>
      what === "resume" ? pausedAtMs !== undefined : states.includes(state);
    found.push(...some.filter(isMeant));
    const last = some.at(-1);
    if (!last) return found;
    after = last.id;
  }
}

async function endHere(cli: Cli, project: Project, { id }: Task): Promise<void> {
  const attempts = await project.store.attemptsOf(id);
  const live = attempts.filter((attempt) => isLive(attempt.state) && !attempt.isStopping);
  if (live.length === 0 || (await isDispatcherAlive(project.store))) return;
  cli.terminal.note(`Pausing ${id} …`);
  const { pauseAttempts } = await import("../../engine/stop-attempts.ts");
  const { nodeHere } = await import("../node-here.ts");
  await pauseAttempts(await nodeHere(project, cli.terminal), live);
}

/** What is held by a pause depends on how far the task has come. */
function whatHolds({ state }: Task): string {
  if (state === "active") return "is being paused; its session and its work are kept";
  if (state !== "awaiting_qa") return "is paused";
  return "is paused before any other attempt; what its agent has done is still checked and merged";
}

function show(cli: Cli, tasks: readonly Task[]): void {
  cli.terminal.json({ tasks: tasks.map(({ id, title }) => ({ id, title })) });
}
