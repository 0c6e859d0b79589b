import { existsSync } from "node:fs";
import { open, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { commonDirOf } from "./git-folders.ts";

// What the system has not brought to the disk when the power is cut is gone, or an empty file.

/** Has files that others wrote survive a power cut, and the names of these files. */
export async function flush(...files: readonly string[]): Promise<void> {
  for (const path of new Set([...files, ...files.map((file) => dirname(file))])) {
    const opened = await open(path);
    try {
      await opened.sync();
    } finally {
      await opened.close();
    }
  }
}

/** Writes a file that then holds the old text or the new one, whole; the new one, when this resolves. */
export async function writeWhole(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text, { flush: true });
  await rename(`${file}.new`, file);
  await flush(dirname(file));
}

/**
 * Has a ref survive a power cut, and all that git had written before. Git flushes what it writes, and
 * leaves it to the system when the new name comes to the disk.
 */
export async function flushRef(
  deps: { readonly repositoryRoot: string },
  ref: string,
): Promise<void> {
  const folder = dirname(join(await commonDirOf(deps), ref));
  // It may have been packed with others.
  if (existsSync(folder)) await flush(folder);
}
