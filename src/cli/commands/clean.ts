import { holders } from "../../agents/process/holder.ts";
import type { Project } from "../../app.ts";
import { LEASE_RENEWAL_MS } from "../../core/lease.ts";
import { takeLease, type HeldLease } from "../../engine/dispatcher-lease.ts";
import { findStrayWorkspaces } from "../../engine/troubles/find-stray-workspaces.ts";
import { forget, needlessRescues } from "../../workspace/rescue.ts";
import type { Cli } from "../cli.ts";
import { hasBlackboard } from "../open-reader.ts";
import { lookDeps, mendDeps } from "../doctor/troubles.ts";
import { livingDispatcher } from "../../engine/living-dispatcher.ts";
import { plural } from "../view/amounts.ts";

type Options = { readonly dryRun?: boolean };

type Cleaned = {
  /** What was removed of tasks that have ended: worktrees and branches, each in words. */
  readonly leftovers: readonly string[];
  readonly rescued: readonly string[];
  /** Whether somebody works the queue, and so sees to worktrees and branches. */
  readonly isWorked: boolean;
};

/** Removes what nobody needs any more; what only it has of anybody's work is kept first. */
export async function clean(cli: Cli, options: Options): Promise<void> {
  const isDry = options.dryRun === true;
  // Where there is no blackboard yet, none is made to look at.
  if (isDry && !(await hasBlackboard(cli))) {
    const rescued = await cleanRescued(await cli.findRepository(), true);
    return tell(cli, { leftovers: [], rescued, isWorked: false }, true);
  }
  await using project = await cli.openProject();
  const { leftovers, isWorked, failure } = await cleanLeftovers(cli, project, isDry);
  const rescued = await cleanRescued(project, isDry);
  const cleaned = { leftovers, rescued, isWorked };
  if (failure === undefined) return tell(cli, cleaned, isDry);
  say(cli, cleaned, isDry);
  throw failure;
}

function tell(cli: Cli, cleaned: Cleaned, isDry: boolean): void {
  say(cli, cleaned, isDry);
  cli.terminal.json(cleaned);
}

type Tidied = Pick<Cleaned, "leftovers" | "isWorked"> & {
  /** What the first of those met that could not be removed. */
  readonly failure?: unknown;
};

/** Under the right to dispatch, so that nobody works the queue meanwhile. */
async function cleanLeftovers(cli: Cli, project: Project, isDry: boolean): Promise<Tidied> {
  const { store, clock } = project;
  if (isDry) {
    const isWorked = (await livingDispatcher(store)) !== undefined;
    const found = isWorked ? { leftovers: [] } : await leftoversOf(cli, project);
    return { ...found, isWorked };
  }
  const taking = await takeLease({ store, clock, processes: holders() });
  if (taking.kind === "held") return { leftovers: [], isWorked: true };
  try {
    return { ...(await leftoversOf(cli, project, taking.lease)), isWorked: false };
  } finally {
    await taking.lease.release();
  }
}

async function leftoversOf(
  cli: Cli,
  project: Project,
  held?: HeldLease,
): Promise<Omit<Tidied, "isWorked">> {
  const look = await lookDeps(cli, project, { reader: project.store, isWorked: false });
  // What belongs to no task is a trouble, and so for `doctor`.
  const troubles = await findStrayWorkspaces({ ...look, knowsAll: false });
  if (!held || troubles.length === 0) return { leftovers: troubles.map(({ detail }) => detail) };
  const deps = await mendDeps(cli, project);
  const leftovers: string[] = [];
  const failures: unknown[] = [];
  for (const { mend, detail } of troubles) {
    await held.renewWhenDue(LEASE_RENEWAL_MS);
    try {
      await mend(deps);
      leftovers.push(detail);
    } catch (error) {
      // One that cannot be removed is no reason to keep the others.
      failures.push(error);
    }
  }
  return { leftovers, failure: failures[0] };
}

async function cleanRescued(
  { root }: Pick<Project, "root">,
  isDry: boolean,
): Promise<readonly string[]> {
  const deps = { repositoryRoot: root };
  const needless = await needlessRescues(deps);
  if (!isDry) for (const one of needless) await forget(deps, one);
  return needless.map(({ ref }) => ref);
}

function say(cli: Cli, cleaned: Cleaned, isDry: boolean): void {
  const { leftovers, rescued, isWorked } = cleaned;
  const verb = isDry ? "Would remove" : "Removed";
  for (const detail of leftovers) cli.terminal.say(`${verb} what was left: ${detail}.`);
  if (rescued.length > 0) {
    const refs = plural(rescued.length, "rescue ref");
    cli.terminal.say(`${verb} ${refs} whose commits are all on your branches.`);
  }
  if (leftovers.length + rescued.length === 0) cli.terminal.say("There is nothing to remove.");
  if (isWorked)
    cli.terminal.note("Worktrees and branches are left to the process that works the queue.");
}
