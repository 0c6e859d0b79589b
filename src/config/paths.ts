import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OrchestraError } from "../core/errors.ts";

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
    if (existsSync(attempts)) return;
    mkdirSync(stateFolder, { recursive: true });
    writeFileSync(join(stateFolder, ".gitignore"), "*\n");
    mkdirSync(attempts, { recursive: true });
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
