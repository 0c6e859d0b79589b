import { join } from "node:path";
import { environment } from "./environment.ts";
import { writeOwner, type Owner } from "./owner.ts";
import type { Worktree } from "./place.ts";
import { planProvisions, provide } from "./provide-files.ts";
import { runCommands } from "./run-commands.ts";
import { endStray } from "./stray.ts";
import type { WorktreesDeps } from "./worktrees-deps.ts";

/** Puts in what git does not carry, and sets the workspace up unless that was done before. */
export async function furnish(
  deps: WorktreesDeps,
  worktree: Worktree,
  owner: Owner,
  signal: AbortSignal,
): Promise<void> {
  const provided = await provideMissing(deps, worktree, owner);
  if (provided.isSetUp) return;
  await runPhase(deps, worktree, provided, "setup", signal);
  await writeOwner(worktree, { ...provided, isSetUp: true });
}

/** Puts in what git does not carry and is not there; on record first, as it is no agent's work. */
export async function provideMissing(
  deps: WorktreesDeps,
  worktree: Worktree,
  owner: Owner,
): Promise<Owner> {
  const plan = await planProvisions(deps.repositoryRoot, worktree.path, deps.config);
  if (plan.length === 0) return owner;
  const names = new Set([...owner.provided, ...plan.map(({ name }) => name)]);
  const next = { ...owner, provided: [...names] };
  await writeOwner(worktree, next);
  await provide(deps.repositoryRoot, worktree.path, plan);
  return next;
}

/** Runs the project's set-up or tear-down commands in the workspace. */
export async function runPhase(
  deps: WorktreesDeps,
  worktree: Worktree,
  owner: Owner,
  phase: "setup" | "teardown",
  signal: AbortSignal,
): Promise<void> {
  const commands = deps.config[phase];
  if (commands.length === 0) return;
  // Tells whose a command is when we were killed meanwhile, and it was not.
  const marker = `ORCHESTRA_${phase.toUpperCase()}_OF`;
  // Two at a time would spoil each other's work, such as the same `node_modules`.
  await endStray(deps, `${marker}=${worktree.gitDir}`);
  await runCommands(
    {
      phase,
      commands,
      cwd: worktree.path,
      env: { ...deps.env, ...environment(deps, owner, worktree.path), [marker]: worktree.gitDir },
      logFile: join(worktree.gitDir, `orchestra-${phase}.log`),
    },
    signal,
  );
}
