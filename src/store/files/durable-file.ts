import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from "node:fs";

/**
 * Writes a file so that, whatever happens, it holds the old text or the new one, whole. That it is
 * the new one is certain after `keepNames` of its folder.
 */
export function writeDurably(file: string, text: string): void {
  const unseen = `${file}.new`;
  const opened = openSync(unseen, "w");
  try {
    writeFileSync(opened, text);
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
  renameSync(unseen, file);
}

/** The names in a folder survive a power cut when the folder itself was written. */
export function keepNames(folder: string): void {
  flush(folder);
}

/** Has a file that somebody else wrote survive a power cut. */
export function flush(path: string): void {
  const opened = openSync(path, "r");
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}
