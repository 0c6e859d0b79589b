import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { execute } from "../execute.ts";
import { keepNames } from "../files/durable-file.ts";
import { fileError } from "../files/file-error.ts";
import { openLock } from "../files/lock.ts";
import type { BlackboardReader, Store } from "../store.ts";
import { attemptIds, chooseLeaving, type Choice, type Leaving } from "./choose.ts";
import { copyLeaving } from "./copy.ts";
import { isPlanOf, readPlan, writePlan, type Plan } from "./plan.ts";

export type ArchiveDeps = {
  readonly store: Store;
  readonly nowMs: () => number;
  /** The program that archives, for who finds the archive. */
  readonly program: string;
  /** Where archives are kept, a folder each, and where the attempts' folders are. */
  readonly archives: string;
  readonly attempts: string;
};

export type Archived = {
  readonly folder: string;
  readonly taskIds: readonly string[];
};

/** Tasks that leave in one transaction. */
const TASKS_PER_COMMIT = 200;
/** The name of an archive's folder while its tasks are leaving. */
const UNFINISHED = ".partial";
/** The attempts' folders of tasks that are about to leave. */
const LEAVING = "leaving";
const LOCK = "lock";

/**
 * Moves tasks that ended long ago from the blackboard to a folder of their own, with their events and
 * what their agents printed. All is copied before any of it goes, and what goes is planned before, so
 * a crash at any instant loses nothing: the next call finishes what this one has begun. Returns the
 * archives that were made: what others had begun, and its own when there was anything.
 */
export async function archiveTasks(
  deps: ArchiveDeps,
  choice: Choice,
): Promise<readonly Archived[]> {
  return alone(deps, async () => {
    const finished = await finishAll(deps);
    const made = await archiveNow(deps, choice);
    return made ? [...finished, made] : finished;
  });
}

/** Finishes archives that were begun, or takes them back when nothing had left yet. */
export async function finishArchives(deps: ArchiveDeps): Promise<readonly Archived[]> {
  return alone(deps, async () => finishAll(deps));
}

/** Two at a time would take each other's unfinished archive for one that was left. */
async function alone<T>({ archives }: ArchiveDeps, work: () => Promise<T>): Promise<T> {
  try {
    mkdirSync(archives, { recursive: true });
    const lock = openLock(join(archives, LOCK));
    try {
      const giveBack = lock.take();
      return await work().finally(giveBack);
    } finally {
      lock.close();
    }
  } catch (error) {
    throw fileError(error, archives);
  }
}

async function archiveNow(deps: ArchiveDeps, choice: Choice): Promise<Archived | undefined> {
  const tasks = await chooseLeaving(deps.store, choice);
  if (tasks.length === 0) return undefined;

  const folder = newFolder(deps);
  const runs = (await deps.store.runs()).map(({ id, createdAtMs }) => ({ id, createdAtMs }));
  const plan = { endedBeforeMs: choice.endedBeforeMs, tasks, runs };
  await begin(deps, folder, plan).catch((error: unknown) => {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  });
  return finish(deps, folder, plan);
}

/** Nothing has left before the plan is written, and nothing is lost after. */
async function begin(deps: ArchiveDeps, folder: string, plan: Plan): Promise<void> {
  const { store: reader, attempts, program } = deps;
  const header = { program, exportedAtMs: deps.nowMs() };
  await copyLeaving(folder, plan.tasks, { reader, attempts, header });
  writePlan(folder, plan);
}

/**
 * Folders of archives of this blackboard that were begun and not finished, as by a crash. To another one
 * that is kept beside it, their tasks would look as if they had left.
 */
export async function unfinishedArchives(
  { archives }: Pick<ArchiveDeps, "archives">,
  reader: Pick<BlackboardReader, "runs">,
): Promise<string[]> {
  if (!existsSync(archives)) return [];
  const names = readdirSync(archives).filter((name) => name.endsWith(UNFINISHED));
  if (names.length === 0) return [];
  const runs = await reader.runs();
  const folders = names.toSorted().map((name) => join(archives, name));
  return folders.filter((folder) => {
    const plan = readPlan(folder);
    return plan === undefined || isPlanOf(plan, runs);
  });
}

/** Ids of the tasks in the archives that are here. */
export function archivedTasks({ archives }: Pick<ArchiveDeps, "archives">): ReadonlySet<string> {
  if (!existsSync(archives)) return new Set();
  const folders = readdirSync(archives, { withFileTypes: true }).filter((one) => one.isDirectory());
  const plans = folders.map(({ name }) => readPlan(join(archives, name)));
  return new Set(plans.flatMap((plan) => plan?.tasks.map(({ id }) => id) ?? []));
}

async function finishAll(deps: ArchiveDeps): Promise<Archived[]> {
  const archives: Archived[] = [];
  for (const folder of await unfinishedArchives(deps, deps.store)) {
    const plan = readPlan(folder);
    if (!plan) rmSync(folder, { recursive: true, force: true });
    const archived = plan && (await finish(deps, folder, plan));
    if (archived) archives.push(archived);
  }
  return archives;
}

/** A folder named by the time, and by a number when there is one of that name. */
function newFolder({ archives, nowMs }: ArchiveDeps): string {
  const stamp = new Date(nowMs()).toISOString().replace(/[:.]/g, "-");
  for (let number = 1; ; number++) {
    const path = join(archives, number === 1 ? stamp : `${stamp}-${number}`);
    const unfinished = `${path}${UNFINISHED}`;
    if (existsSync(path) || existsSync(unfinished)) continue;
    mkdirSync(unfinished, { recursive: true });
    return unfinished;
  }
}

/** `undefined` when all of them had to stay. */
async function finish(
  deps: ArchiveDeps,
  folder: string,
  plan: Plan,
): Promise<Archived | undefined> {
  mkdirSync(join(folder, LEAVING), { recursive: true });
  const taskIds: string[] = [];
  for (let start = 0; start < plan.tasks.length; start += TASKS_PER_COMMIT) {
    const some = plan.tasks.slice(start, start + TASKS_PER_COMMIT);
    taskIds.push(...(await leave(deps, folder, some, plan.endedBeforeMs)));
  }
  if (taskIds.length === 0) {
    rmSync(folder, { recursive: true, force: true });
    return undefined;
  }
  rmSync(join(folder, LEAVING), { recursive: true, force: true });
  // The plan stays, as a list of what is in it: without one, the folder would be taken for a copy
  // that was not finished, and thrown away.
  const gone = new Set(taskIds);
  writePlan(folder, { ...plan, tasks: plan.tasks.filter(({ id }) => gone.has(id)) });
  const finished = folder.slice(0, -UNFINISHED.length);
  renameSync(folder, finished);
  keepNames(deps.archives);
  return { folder: finished, taskIds };
}

/** Takes tasks off the blackboard, those of them that may still go; returns those that are gone. */
async function leave(
  deps: ArchiveDeps,
  folder: string,
  tasks: readonly Leaving[],
  endedBeforeMs: number,
): Promise<string[]> {
  const known = await deps.store.tasksById(tasks.map(({ id }) => id));
  const isThere = ({ id, createdAtMs }: Leaving) => known.get(id)?.createdAtMs === createdAtMs;
  const there = tasks.filter(isThere);
  const gone = tasks.filter((task) => !isThere(task)).map(({ id }) => id);
  // Put back by whoever did not hear that they had left.
  moveAll(
    tasks.filter(({ id }) => !known.has(id)),
    deps.attempts,
    join(folder, LEAVING),
  );
  if (there.length === 0) return gone;

  // Before the tasks: whoever uses an id again must not find what an older attempt has left.
  moveAll(there, deps.attempts, join(folder, LEAVING));
  const putBack = (): void => moveAll(there, join(folder, LEAVING), deps.attempts);
  const command = { type: "archive_tasks", endedBeforeMs, nowMs: deps.nowMs() } as const;
  const taskIds = there.map(({ id }) => id);
  const outcome = await execute(deps.store, { ...command, taskIds }).catch((error: unknown) => {
    putBack();
    throw error;
  });
  if (outcome.kind === "committed") return [...gone, ...taskIds];

  putBack();
  // Somebody has sent one of them back to work meanwhile; the others go without it.
  if (there.length === 1) return gone;
  for (const task of there) gone.push(...(await leave(deps, folder, [task], endedBeforeMs)));
  return gone;
}

/** Moves the folders of their attempts that are there. */
function moveAll(tasks: readonly Leaving[], from: string, to: string): void {
  for (const name of tasks.flatMap(attemptIds)) {
    if (existsSync(join(from, name))) renameSync(join(from, name), join(to, name));
  }
}
