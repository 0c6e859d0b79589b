import { dirname } from "node:path";
import { projectPaths } from "../config/paths.ts";
import type { StoreLocation } from "../config/store-location.ts";
import { OrchestraError } from "../core/errors.ts";
import { isMissing, noFolder } from "../store/is-missing.ts";

/** Refuses a store that is gone with the command that uses it. */
export function refuseFleeting({ kind }: StoreLocation): void {
  if (kind !== "memory") return;
  throw new OrchestraError(
    "INVALID_ARGUMENT",
    "The store memory: is gone when the command ends. Name one that stays, such as sqlite:.orchestra/blackboard.db.",
  );
}

/** Refuses a place in which no blackboard could begin: its name is mistyped. */
export function refuseNowhere(location: StoreLocation, root: string): void {
  if (location.kind !== "sqlite" && location.kind !== "files") return;
  const path = location.kind === "sqlite" ? location.file : location.folder;
  const folder = dirname(path);
  // The project's own is made when it is first needed.
  if (folder !== projectPaths(root).stateFolder && isMissing(folder)) throw noFolder(folder);
}
