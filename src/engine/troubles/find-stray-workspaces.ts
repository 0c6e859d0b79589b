import { isLive, type Attempt } from "../../core/attempt.ts";
import { hasEnded, type Task } from "../../core/task.ts";
import { archivedTasks } from "../../store/archive/archive.ts";
import { removeBranch } from "../../workspace/remove.ts";
import {
  branchesOfAttempts,
  branchOfWorkspace,
  tasksWithWorkspace,
} from "../../workspace/what-is-there.ts";
import { removalOf } from "../tidy-workspaces.ts";
import type { LookDeps, Trouble } from "./trouble.ts";

const KEPT = "keeps what only it has under refs/orchestra/rescue/, and removes it";

/** What there is of worktrees and branches, and what the blackboard knows of it. */
type Seen = {
  readonly workspaces: readonly string[];
  readonly branches: readonly string[];
  readonly tasks: ReadonlyMap<string, Task>;
  readonly attempts: ReadonlyMap<string, readonly Attempt[]>;
};

/** Worktrees and branches of tasks that have ended, or that nobody knows. */
export async function findStrayWorkspaces(deps: LookDeps): Promise<readonly Trouble[]> {
  const seen = await look(deps);
  // Whoever works the queue removes those of tasks that have ended; it may be at it.
  const ended = deps.isWorked ? [] : endedWith(seen);
  return [...ended, ...(deps.knowsAll ? unknownIn(deps, seen) : [])];
}

async function look({ reader, worktrees }: LookDeps): Promise<Seen> {
  const workspaces = await tasksWithWorkspace(worktrees);
  const branches = await branchesOfAttempts(worktrees);
  const named = new Set([...workspaces, ...branches.flatMap(possibleTasks)]);
  const tasks = await reader.tasksById([...named]);
  const attempts = await reader.attemptsOf(...tasks.keys());
  return { workspaces, branches, tasks, attempts: Map.groupBy(attempts, ({ taskId }) => taskId) };
}

function endedWith({ workspaces, branches, tasks, attempts }: Seen): Trouble[] {
  const there = new Set(branches);
  return [...tasks.values()].flatMap((task) => {
    const own = attempts.get(task.id) ?? [];
    if (!hasEnded(task.state) || own.some(({ state }) => isLive(state))) return [];
    const { keepBranch, branches: all } = removalOf(task, own);
    const left = all.filter((branch) => branch !== keepBranch && there.has(branch));
    const hasWorkspace = workspaces.includes(task.id);
    return hasWorkspace || left.length > 0 ? [endedTrouble(task, own, hasWorkspace, left)] : [];
  });
}

function endedTrouble(
  task: Task,
  attempts: readonly Attempt[],
  hasWorkspace: boolean,
  left: readonly string[],
): Trouble {
  const what = hasWorkspace ? "its worktree" : left.join(", ");
  return {
    what: hasWorkspace ? "worktree" : "branch",
    detail: `task ${task.id} has ended, and ${what} is still there`,
    cure: KEPT,
    mend: async ({ workspaces, worktrees }) => {
      const owner = await branchOfWorkspace(worktrees, task.id);
      const request = removalOf(task, attempts);
      const branches = [...new Set([...request.branches, ...(owner ? [owner] : [])])];
      await workspaces.remove({ ...request, branches });
    },
  };
}

function unknownIn({ paths }: LookDeps, { workspaces, branches, tasks }: Seen): Trouble[] {
  const strange = workspaces.filter((id) => !tasks.has(id));
  const archived = archivedTasks(paths);
  // A branch that outlived its task on the blackboard is its result.
  const own = (branch: string): boolean =>
    possibleTasks(branch).some((id) => tasks.has(id) || archived.has(id));
  return [
    ...strange.map(strangeWorkspace),
    ...branches.filter((branch) => !own(branch)).map(strangeBranch),
  ];
}

function strangeWorkspace(taskId: string): Trouble {
  return {
    what: "worktree",
    detail: `the worktree ${taskId} belongs to no task`,
    cure: KEPT,
    mend: async ({ workspaces, worktrees }) => {
      const owner = await branchOfWorkspace(worktrees, taskId);
      const nowhere = { mergedInto: undefined, keepBranch: undefined };
      await workspaces.remove({ taskId, branches: owner ? [owner] : [], ...nowhere });
    },
  };
}

function strangeBranch(branch: string): Trouble {
  const [, taskId = "unknown"] = branch.split("/");
  return {
    what: "branch",
    detail: `the branch ${branch} belongs to no task`,
    cure: KEPT,
    mend: async ({ worktrees }) => {
      const nowhere = { mergedInto: undefined, keepBranch: undefined };
      await removeBranch(worktrees, { taskId, ...nowhere }, branch, "");
    },
  };
}

/** Ids and titles are joined by what both may hold. */
function possibleTasks(branch: string): string[] {
  const words = (branch.split("/")[1] ?? "").split("-");
  return words.slice(1).map((_, index) => words.slice(0, index + 1).join("-"));
}
