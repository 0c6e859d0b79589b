import { statSync } from "node:fs";

/** Why it is not read: who reads a pipe or a device may wait for ever, or never come to its end. */
export const SPECIAL = "is no file but a pipe or a device; write what it gives to a file first";

/** Whether there is something that is neither a file nor a folder. */
export function isSpecial(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && !found.isFile() && !found.isDirectory();
}
