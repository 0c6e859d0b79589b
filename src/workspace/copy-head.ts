import { mkdir } from "node:fs/promises";
import { explainingStorage } from "./git-error.ts";
import { git } from "./git.ts";
import { commitOf } from "./refs.ts";

/**
 * Puts the committed files of the project into a folder, which is made. It is no worktree: git has
 * nothing on record of it, whatever becomes of who asked. Without a commit it is empty.
 */
export async function copyHead(repositoryRoot: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const place = { cwd: repositoryRoot };
  if ((await commitOf(place, "HEAD")) === undefined) return;
  // The user's own index may hold what is not committed.
  const own = { ...place, env: { GIT_INDEX_FILE: `${folder}.index` } };
  const copying = async (): Promise<void> => {
    await git(["read-tree", "HEAD"], own);
    await git(["checkout-index", "--all", "--quiet", `--prefix=${folder}/`], own);
  };
  await explainingStorage("Copying the files of the project", copying());
}
