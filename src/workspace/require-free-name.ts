import { OrchestraError } from "../core/errors.ts";
import { branchCommit } from "./refs.ts";

/** What the names of all branches of attempts begin with; git allows no branch of that name beside them. */
const FOLDER = "orchestra";

/** Refuses to work in a repository where a branch of a person's keeps those of attempts from being made. */
export async function requireFreeName(repositoryRoot: string): Promise<void> {
  if ((await branchCommit({ cwd: repositoryRoot }, FOLDER)) === undefined) return;
  throw new OrchestraError(
    "REPOSITORY_UNUSABLE",
    `A branch is called ${FOLDER}, which keeps those of the attempts, ${FOLDER}/…, from being made. Rename it: git branch -m ${FOLDER} NEW_NAME`,
  );
}
