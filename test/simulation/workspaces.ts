import { OrchestraError } from "../../src/core/errors.ts";
import type {
  CollectedWork,
  CollectRequest,
  RemoveRequest,
  Workspace,
  WorkspaceRequest,
  Workspaces,
} from "../../src/workspace/workspace.ts";
import { livingAnywhere } from "./check-start.ts";
import { checkKeptWork } from "./check-steering.ts";
import {
  addCommit,
  commitOf,
  isAncestor,
  isSameTree,
  mergeBase,
  unreachable,
  type Tree,
} from "./git.ts";
import type { Machine, Worktree } from "./machine.ts";
import {
  goesWrong,
  isDiskFull,
  refuseOnFullDisk,
  turn,
  violate,
  type Program,
  type World,
} from "./world.ts";

/** Workspaces that keep their promises as long as nobody asks for what must not be asked. */
export function simulatedWorkspaces(world: World, program: Program): Workspaces {
  const { machine } = program;
  return {
    prepare: async (request, signal) => {
      await turn(world, program, `prepares ${request.attemptId}`);
      signal.throwIfAborted();
      refuseOnFullDisk(world, `preparing ${request.attemptId}`);
      const workspace = prepare(world, machine, request);
      // Set-up takes its time, and can be broken off.
      await turn(world, program, `sets ${request.attemptId} up`);
      signal.throwIfAborted();
      if (goesWrong(world, 0.03, "failed set-up")) {
        world.spoiled.add(request.attemptId);
        throw new OrchestraError("INVALID_CONFIG", "The set-up command failed.");
      }
      return workspace;
    },
    collect: async (workspace, request) => {
      await turn(world, program, `collects ${request.attemptId}`);
      if (program.ended.has(request.attemptId)) {
        violate(world, `${program.name} works ${request.attemptId} again, which it has ended.`);
      }
      return collect(world, machine, workspace, request);
    },
    remove: async (request) => {
      // Many files take their time.
      const delayMs = goesWrong(world, 0.4) ? world.trouble.stream.below(3_000) : 0;
      await turn(world, program, `removes the workspace of ${request.taskId}`, delayMs);
      remove(world, machine, request);
    },
    prewarm: async () => undefined,
    rescued: async () => [],
    restore: async () => undefined,
    environment: () => ({}),
    list: async () => {
      const delayMs = goesWrong(world, 0.3) ? world.trouble.stream.below(3_000) : 0;
      await turn(world, program, "lists workspaces", delayMs);
      return [...machine.worktrees.keys()];
    },
    branchCommit: async (branch) => world.repository.branches.get(branch),
  };
}

function pathOf(machine: Machine, taskId: string): string {
  return `/${machine.name}/${taskId}`;
}

function prepare(world: World, machine: Machine, request: WorkspaceRequest): Workspace {
  const { repository } = world;
  const { taskId, attemptId, branch, baseBranch, previousBranch } = request;
  const base = repository.branches.get(baseBranch);
  if (base === undefined) {
    throw new OrchestraError("REPOSITORY_UNUSABLE", `There is no branch ${baseBranch}.`);
  }
  const known = machine.worktrees.get(taskId);
  if (known && known.attemptId !== attemptId) settle(world, machine, known);
  const previous =
    previousBranch === undefined ? undefined : repository.branches.get(previousBranch);
  if (!repository.branches.has(branch) && previous === undefined) {
    checkBase(world, taskId, base, attemptId);
  }
  const start = repository.branches.get(branch) ?? previous ?? base;
  if (!repository.branches.has(branch)) checkKeptWork(world, taskId, attemptId, start);
  repository.branches.set(branch, start);
  const baseCommit = mergeBase(repository, base, start).id;
  if (known?.attemptId !== attemptId) {
    machine.worktrees.set(taskId, { taskId, attemptId, branch, baseCommit, dirty: new Map() });
  }
  return { path: pathOf(machine, taskId), branch, baseBranch, baseCommit, env: {} };
}

/** Who starts from the target finds in it the work of all that the task depends on. */
function checkBase(world: World, taskId: string, base: string, attemptId: string): void {
  for (const id of world.state.tasks.get(taskId)?.dependsOn ?? []) {
    const dependency = world.state.tasks.get(id);
    if (!dependency?.merges || dependency.commit === undefined) continue;
    if (!isAncestor(world.repository, dependency.commit, base)) {
      violate(world, `${attemptId} does not find the work of ${id}, which it depends on.`);
    }
  }
}

/** Commits what is uncommitted, on the branch it was made on. */
function settle(world: World, machine: Machine, worktree: Worktree): string {
  const { repository } = world;
  const { attemptId, branch, dirty } = worktree;
  if (livingAnywhere([machine], attemptId)) {
    violate(world, `The workspace of ${attemptId} is settled while its processes are alive.`);
  }
  const tip = repository.branches.get(branch) ?? worktree.baseCommit;
  if (dirty.size === 0) return tip;
  const { id } = addCommit(repository, [tip], treeOf(world, worktree));
  repository.branches.set(branch, id);
  dirty.clear();
  return id;
}

/** The files as they are. */
export function treeOf({ repository }: World, worktree: Worktree): Tree {
  const tip = repository.branches.get(worktree.branch) ?? worktree.baseCommit;
  return new Map([...commitOf(repository, tip).tree, ...worktree.dirty]);
}

function collect(
  world: World,
  machine: Machine,
  workspace: Workspace,
  { attemptId, commitLeftovers }: CollectRequest,
): CollectedWork {
  const { repository } = world;
  const taskId = workspace.path.slice(workspace.path.lastIndexOf("/") + 1);
  const { branch, baseCommit } = workspace;
  // One that was removed is made again: an agent may have done that.
  const worktree = machine.worktrees.get(taskId) ?? {
    taskId,
    attemptId,
    branch,
    baseCommit,
    dirty: new Map<string, string>(),
  };
  machine.worktrees.set(taskId, worktree);
  if (worktree.attemptId !== attemptId) {
    throw new OrchestraError("FENCED", `The workspace has passed to ${worktree.attemptId}.`);
  }
  if (worktree.dirty.size > 0) refuseOnFullDisk(world, `collecting ${attemptId}`);
  const leftovers = [...worktree.dirty.keys()];
  const before = repository.branches.get(worktree.branch) ?? worktree.baseCommit;
  let commit = settle(world, machine, worktree);
  if (!commitLeftovers && commit !== before) {
    repository.rescued.set(`${worktree.taskId}/${commit}`, commit);
    repository.branches.set(worktree.branch, before);
    commit = before;
  }
  const target = repository.branches.get(workspace.baseBranch) ?? worktree.baseCommit;
  const base = mergeBase(repository, target, commit);
  const hasChanges = !isSameTree(base.tree, commitOf(repository, commit).tree);
  const work = { commit, hasChanges, leftovers, diffStat: hasChanges ? "1 file changed" : "" };
  return isDiskFull(world) ? { ...work, storageTrouble: "The disk is full." } : work;
}

function remove(world: World, machine: Machine, request: RemoveRequest): void {
  const { repository } = world;
  const { taskId, branches, mergedInto, keepBranch } = request;
  const worktree = machine.worktrees.get(taskId);
  if (worktree && !branches.includes(worktree.branch)) return;
  if (worktree) settle(world, machine, worktree);
  const target = mergedInto === undefined ? undefined : repository.branches.get(mergedInto);
  for (const branch of branches) {
    const commit = branch === keepBranch ? undefined : repository.branches.get(branch);
    if (commit === undefined) continue;
    const isMerged = target !== undefined && isAncestor(repository, commit, target);
    if (!isMerged) repository.rescued.set(`${taskId}/${branch}`, commit);
    repository.branches.delete(branch);
  }
  machine.worktrees.delete(taskId);
  const lost = unreachable(repository);
  if (lost.length > 0) violate(world, `With ${taskId} was removed: ${lost.join(", ")}.`);
}
