import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The text of a project's file by its name; `undefined` when it tells nothing. */
export type ProjectFiles = (name: string) => string | undefined;

export function projectFiles(root: string): ProjectFiles {
  return (name) => {
    try {
      return readFileSync(join(root, name), "utf8");
    } catch {
      // Not there, a folder, or not ours to read: all the same to who only looks for hints.
      return undefined;
    }
  };
}
