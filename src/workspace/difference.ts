import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { git } from "./git.ts";
import { readOwner } from "./owner.ts";
import { inside } from "./place.ts";
import { commitOf } from "./refs.ts";
import { snapshot } from "./snapshot.ts";
import { commonDirOf, findWorktree } from "./git-folders.ts";

type Deps = { readonly repositoryRoot: string };

/** How git is to print it: `--stat`, `--color=always` … */
type Options = readonly string[];

// A program of the user's own that shows differences would print no patch.
const DIFF = ["diff", "--no-ext-diff"];

/** What a commit changes, in git's words. */
export async function difference(
  { repositoryRoot }: Deps,
  { from, to }: { readonly from: string; readonly to: string },
  options: Options,
): Promise<string> {
  return git([...DIFF, ...options, from, to], { cwd: repositoryRoot });
}

/**
 * What was changed in a workspace since `from`, committed or not, new files included. An agent may
 * be working in it: its index is not touched, nor locked, and the repository gets no object.
 */
export async function differenceSoFar(
  deps: Deps,
  { from, workspacePath }: { readonly from: string; readonly workspacePath: string },
  options: Options,
): Promise<string> {
  const worktree = await findWorktree(deps, workspacePath);
  if (!worktree) return "";
  const scratch = await mkdtemp(join(tmpdir(), "orchestra-difference-"));
  const [objects, folder] = [join(scratch, "objects"), join(scratch, "indexes")];
  try {
    await mkdir(objects);
    const env = {
      GIT_OBJECT_DIRECTORY: objects,
      // In quotes, because a colon would end it.
      GIT_ALTERNATE_OBJECT_DIRECTORIES: JSON.stringify(join(await commonDirOf(deps), "objects")),
    };
    const head = await commitOf(inside(worktree), "HEAD");
    const provided = (await readOwner(worktree))?.provided ?? [];
    const taken = await snapshot(worktree, {
      head,
      merged: [],
      message: "",
      provided,
      elsewhere: { folder, env },
    });
    const to = taken.commit ?? head ?? from;
    return await git([...DIFF, ...options, from, to], { cwd: deps.repositoryRoot, env });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
