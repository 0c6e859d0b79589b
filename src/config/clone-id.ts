import { randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { errnoOf } from "../core/errno.ts";
import { stateFolderError, type ProjectPaths } from "./paths.ts";
import type { StoreLocation } from "./store-location.ts";

/**
 * What tells this clone of the repository from others that may be worked from the same blackboard;
 * `undefined` where the blackboard lies in the clone, and goes where it goes.
 */
export function sharingCloneId(
  { stateFolder }: ProjectPaths,
  location: StoreLocation,
): string | undefined {
  return isInside(stateFolder, location) ? undefined : cloneId(stateFolder);
}

function isInside(stateFolder: string, location: StoreLocation): boolean {
  switch (location.kind) {
    case "memory":
      return true;
    case "sqlite":
      return isUnder(stateFolder, location.file);
    case "files":
      return isUnder(stateFolder, location.folder);
    case "postgres":
    case "mysql":
      return false;
  }
}

function isUnder(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`);
}

function cloneId(stateFolder: string): string {
  const file = join(stateFolder, "clone");
  try {
    const id = randomUUID();
    // On a shared blackboard it outlives a power cut, so it has to here.
    writeFileSync(file, id, { flag: "wx", flush: true });
    return id;
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw stateFolderError(stateFolder, error);
    return readFileSync(file, "utf8");
  }
}
