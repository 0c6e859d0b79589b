import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** What keeps a folder from being written, or from being made, and what to do about it. */
export function obstacleAt(folder: string): string | undefined {
  const there = nearest(folder);
  if (!statSync(there).isDirectory()) return `${there} is no folder. Move it away.`;
  if (isWritable(there)) return undefined;
  return `${there} cannot be written. Make it writable for you.`;
}

/** The path, or the folder that it is going to be made in when it is not there yet. */
export function nearest(path: string): string {
  const parent = dirname(path);
  return existsSync(path) || parent === path ? path : nearest(parent);
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
