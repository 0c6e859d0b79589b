import { statSync } from "node:fs";

/** Whether there is nothing. What may not be looked at is not taken for that: who opens it is told why. */
export function isMissing(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}
