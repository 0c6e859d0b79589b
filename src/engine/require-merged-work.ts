import { OrchestraError } from "../core/errors.ts";
import type { Store } from "../store/store.ts";
import { tryGit } from "../workspace/git.ts";

/** How many of the newest tasks that are complete are looked through for one that was merged. */
const LOOKED_AT_MAX = 50;

/**
 * Refuses to work a shared blackboard from a repository that does not have what was merged for it: from
 * a clone that was not brought up to date, or from another project. Tasks that depend on that work would
 * be done without it.
 */
export async function requireMergedWork(
  store: Pick<Store, "tasks">,
  repositoryRoot: string,
): Promise<void> {
  const filter = { states: ["complete"], limit: LOOKED_AT_MAX, newestFirst: true } as const;
  const merged = (await store.tasks(filter)).find((task) => task.mergedCommit !== undefined);
  if (merged?.mergedCommit === undefined) return;
  const { id, mergedCommit, targetBranch } = merged;
  const args = ["cat-file", "-e", `${mergedCommit}^{commit}`];
  if ((await tryGit(args, { cwd: repositoryRoot })).exitCode === 0) return;
  throw new OrchestraError(
    "REPOSITORY_UNUSABLE",
    `Task ${id} was merged into ${targetBranch} as ${mergedCommit.slice(0, 10)}, which ${repositoryRoot} does not have. Fetch ${targetBranch} from the clone that the queue was worked in; another project needs a database or schema of its own.`,
  );
}
