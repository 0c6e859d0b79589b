import type { MergeRepository, PreparedMerge } from "../../src/merge/repository.ts";
import { OrchestraError } from "../../src/core/errors.ts";
import { addCommit, commitOf, isAncestor, isSameTree, mergeTrees } from "./git.ts";
import type { Machine } from "./machine.ts";
import { countFault, goesWrong, turn, type Program, type World } from "./world.ts";

/** The target branch as the merge queue meets it: others move it, and leave files uncommitted in it. */
export function simulatedMergeRepository(world: World, program: Program): MergeRepository {
  const { repository } = world;
  return {
    prepareMerge: async ({ commit, targetBranch }, signal) => {
      await turn(world, program, `prepares the merge of ${commit}`);
      signal.throwIfAborted();
      if (isInTheWay(world, commit)) {
        throw new OrchestraError("GIT_FAILED", `Merging ${commit} failed.`);
      }
      return prepareMerge(world, program.machine, commit, targetBranch);
    },
    advance: async ({ targetBranch, expected, merged }) => {
      await turn(world, program, `advances ${targetBranch} to ${merged}`);
      if (goesWrong(world, world.scenario.pace.pushed, "commit under a merge"))
        someonePushes(world, targetBranch);
      if (repository.branches.get(targetBranch) !== expected) return { kind: "moved" };
      if (isDirty(world)) return { kind: "dirty", path: "/checkout", files: ["notes"] };
      repository.branches.set(targetBranch, merged);
      if (goesWrong(world, 0.1)) await turn(world, program, "has advanced");
      return { kind: "advanced" };
    },
    dirtyCheckout: async () => {
      await turn(world, program, "looks at the checkout");
      return isDirty(world) ? { path: "/checkout", files: ["notes"] } : undefined;
    },
    isMerged: async (commit, branch) => {
      await turn(world, program, `looks whether ${commit} is merged`);
      return isAncestor(repository, commit, repository.branches.get(branch) ?? "");
    },
  };
}

/** Work of somebody else comes into the branch. */
export function someonePushes({ repository, scheduler, trouble }: World, branch: string): void {
  const tip = repository.branches.get(branch) ?? "";
  const tree = new Map(commitOf(repository, tip).tree);
  const file = trouble.stream.pick(["clash-even", "theirs", "clash-even", "shared"]);
  tree.set(file, `clash at ${scheduler.steps()}`);
  repository.branches.set(branch, addCommit(repository, [tip], tree).id);
}

/** Git fails on some commits, if they come up for a merge in the time of trouble, for ever. */
function isInTheWay(world: World, commit: string): boolean {
  const { choices, unmergeable, scenario, trouble } = world;
  const known =
    unmergeable.get(commit) ??
    (!trouble.isOver && choices.stream(`merge ${commit}`).chance(scenario.pace.unmergeable));
  unmergeable.set(commit, known);
  if (known) countFault(world, "merge that git fails at");
  return known;
}

function isDirty({ scheduler, trouble }: World): boolean {
  return scheduler.nowMs() < trouble.dirtyUntilMs;
}

function prepareMerge(
  world: World,
  machine: Machine,
  commit: string,
  targetBranch: string,
): PreparedMerge {
  const { repository } = world;
  const targetCommit = repository.branches.get(targetBranch);
  if (targetCommit === undefined) return { kind: "missing_target" };
  let mergedCommit = targetCommit;
  if (!isAncestor(repository, commit, targetCommit)) {
    const merged = mergeTrees(repository, targetCommit, commit);
    if (merged.kind === "conflict") {
      return { kind: "conflict", files: merged.files, excerpt: "<<<<", targetCommit };
    }
    mergedCommit = addCommit(repository, [targetCommit, commit], merged.tree, false).id;
  }
  machine.scratch = mergedCommit;
  const isProven = isSameTree(
    commitOf(repository, mergedCommit).tree,
    commitOf(repository, commit).tree,
  );
  const toProve = isProven ? undefined : { path: scratchOf(machine), isFreshlySetUp: true };
  return { kind: "prepared", targetCommit, mergedCommit, toProve };
}

export function scratchOf(machine: Machine): string {
  return `/${machine.name}/.merge`;
}
