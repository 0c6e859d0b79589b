import type { CheckEvidence } from "../../src/core/evidence.ts";
import type { CheckSpec } from "../../src/core/task.ts";
import { builtinCheck } from "../../src/verify/builtin-check.ts";
import type { CheckRequest, CheckRunner } from "../../src/verify/check-runner.ts";
import { commitOf, isSameTree, type Tree } from "./git.ts";
import type { Machine } from "./machine.ts";
import { scratchOf } from "./merge-repository.ts";
import { treeOf } from "./workspaces.ts";
import { turn, violate, type Program, type World } from "./world.ts";

/** Checks that take their time, and judge the files they find. */
export function simulatedChecks(world: World, program: Program): CheckRunner {
  return {
    run: async (request, signal) => {
      const evidence: CheckEvidence[] = [];
      for (const check of request.checks) {
        if (signal.aborted) break;
        const one =
          check.kind === "builtin"
            ? builtinCheck(check.name, request)
            : await runCommand(world, program, request, check, signal);
        evidence.push(one);
        if (!one.passed) break;
      }
      return evidence;
    },
  };
}

async function runCommand(
  world: World,
  program: Program,
  request: CheckRequest,
  check: CheckSpec,
  signal: AbortSignal,
): Promise<CheckEvidence> {
  const { cwd, commit } = request;
  await turn(world, program, `checks ${commit}`);
  const before = filesAt(world, program.machine, cwd);
  await turn(world, program, `has checked ${commit}`, 100);
  const after = filesAt(world, program.machine, cwd);
  const { tree } = commitOf(world.repository, commit);
  for (const files of [before, after]) {
    if (files && isSameTree(files, tree)) continue;
    violate(world, `The check of ${commit} in ${cwd} looked at other files than those of it.`);
  }
  const passed = !signal.aborted && passes(tree);
  return {
    check: check.name,
    commit,
    passed,
    exitCode: signal.aborted ? undefined : Number(!passed),
    durationMs: 100,
    output: passed ? "ok" : "not ok",
  };
}

/** What the check says of these files, whoever asks. */
export function passes(tree: Tree): boolean {
  const contents = [...tree.values()];
  const clashes = [...tree].filter(([file, content]) => isClash(file, content));
  return clashes.length < 2 && !contents.some((content) => content.startsWith("broken"));
}

/** One side of a clash does no harm; both together do. */
function isClash(file: string, content: string): boolean {
  return file.startsWith("clash-") && content.startsWith("clash");
}

function filesAt(world: World, machine: Machine, path: string): Tree | undefined {
  if (path === scratchOf(machine)) {
    return machine.scratch === undefined
      ? undefined
      : commitOf(world.repository, machine.scratch).tree;
  }
  const worktree = machine.worktrees.get(path.slice(path.lastIndexOf("/") + 1));
  return worktree && treeOf(world, worktree);
}
