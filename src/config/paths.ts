import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { errnoOf } from "../core/errno.ts";
import { OrchestraError } from "../core/errors.ts";

/** Where a project's state is kept. */
export type ProjectPaths = {
  readonly stateFolder: string;
  readonly blackboard: string;
  readonly attempts: string;
  readonly archives: string;
  /** What `orchestra daemon` says. */
  readonly daemonLog: string;
};

export const STATE_FOLDER = ".orchestra";

export function projectPaths(root: string): ProjectPaths {
  const stateFolder = join(root, STATE_FOLDER);
  return {
    stateFolder,
    blackboard: join(stateFolder, "blackboard.db"),
    attempts: join(stateFolder, "attempts"),
    archives: join(stateFolder, "archives"),
    daemonLog: join(stateFolder, "daemon.log"),
  };
}

/** Makes the state folder, which git is told to leave alone. */
export function makeStateFolder({ stateFolder, attempts }: ProjectPaths): void {
  try {
    if (existsSync(attempts)) return;
    mkdirSync(stateFolder, { recursive: true });
    writeFileSync(join(stateFolder, ".gitignore"), "*\n");
    mkdirSync(attempts, { recursive: true });
  } catch (cause) {
    throw stateFolderError(stateFolder, cause);
  }
}

/** Why what is kept in the state folder cannot be. */
export function stateFolderError(stateFolder: string, cause: unknown): OrchestraError {
  switch (errnoOf(cause)) {
    case "ENOSPC":
    case "EDQUOT":
      return new OrchestraError(
        "NO_SPACE",
        `No space left for ${stateFolder}. Free some and try again.`,
        { cause },
      );
    case "EEXIST":
    case "ENOTDIR":
      return new OrchestraError(
        "STORE_UNAVAILABLE",
        `${stateFolder} is no folder, so the blackboard cannot be kept in it. Move it away.`,
        { cause },
      );
    default:
      return new OrchestraError(
        "READ_ONLY",
        `Could not write ${stateFolder}. Make the repository's folder writable for you.`,
        { cause },
      );
  }
}
