import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { OrchestraError } from "../core/errors.ts";
import type { Environment } from "./environment.ts";

/** Where a project's state is kept. */
export type ProjectPaths = {
  readonly stateFolder: string;
  readonly blackboard: string;
  readonly attempts: string;
};

export const STATE_FOLDER = ".orchestra";

export function projectPaths(root: string): ProjectPaths {
  const stateFolder = join(root, STATE_FOLDER);
  return {
    stateFolder,
    blackboard: join(stateFolder, "blackboard.db"),
    attempts: join(stateFolder, "attempts"),
  };
}

/** Makes the state folder, which git is told to leave alone. */
export function makeStateFolder({ stateFolder, attempts }: ProjectPaths): void {
  try {
    mkdirSync(attempts, { recursive: true });
    writeFileSync(join(stateFolder, ".gitignore"), "*\n");
  } catch (cause) {
    const isFull = cause instanceof Error && "code" in cause && cause.code === "ENOSPC";
    throw new OrchestraError(
      isFull ? "NO_SPACE" : "READ_ONLY",
      isFull
        ? `No space left for ${stateFolder}. Free some and try again.`
        : `Could not write ${stateFolder}. Make the repository's folder writable for you.`,
      { cause },
    );
  }
}

/** Where a project's worktrees are: outside the repository, where its tools do not find them. */
export function worktreesRoot(
  root: string,
  environment: Environment,
  configured: string | undefined,
): string {
  if (configured !== undefined) return outside(root, resolve(root, configured));
  const { ORCHESTRA_HOME, XDG_DATA_HOME } = environment.variables;
  const home =
    ORCHESTRA_HOME ?? join(XDG_DATA_HOME ?? join(environment.home, ".local/share"), "orchestra");
  const hash = createHash("sha256").update(root).digest("hex").slice(0, 8);
  return outside(root, join(resolve(home), "worktrees", `${basename(root)}-${hash}`));
}

function outside(root: string, folder: string): string {
  const way = relative(root, folder);
  if (way.startsWith("..")) return folder;
  throw new OrchestraError(
    "INVALID_CONFIG",
    `Worktrees would be made in ${folder}, inside the repository, where tools would find them. Set workspace.root or ORCHESTRA_HOME to a folder outside ${root}.`,
  );
}
