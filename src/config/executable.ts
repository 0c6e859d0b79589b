import { accessSync, constants, statSync } from "node:fs";

/** Whether it is a file, as far as we may look. */
export function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    // On a PATH there are folders that are none, or not for us.
    return false;
  }
}

/** Whether it is a file that may be run by us. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return isFile(path);
  } catch {
    // `access` has no other way to say no.
    return false;
  }
}
