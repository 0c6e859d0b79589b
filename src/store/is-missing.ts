import { statSync } from "node:fs";
import { OrchestraError } from "../core/errors.ts";

/** Whether there is nothing. What may not be looked at is not taken for that: who opens it is told why. */
export function isMissing(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}

/** Why no blackboard can be kept in a folder that is missing. */
export function noFolder(folder: string, options?: ErrorOptions): OrchestraError {
  return new OrchestraError(
    "STORE_UNAVAILABLE",
    `There is no folder ${folder} to keep the blackboard in.`,
    options,
  );
}
