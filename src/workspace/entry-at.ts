import { lstatSync, type Stats } from "node:fs";
import { errnoOf } from "../core/errno.ts";

/** What is at `path`, not followed; `undefined` when nothing is, or a file where its folder would be. */
export function entryAt(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (errnoOf(error) === "ENOTDIR") return undefined;
    throw error;
  }
}
