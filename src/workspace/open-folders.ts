import type { Stats } from "node:fs";
import { chmod, lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

const OWNER_MAY_ALL = 0o700;
const OWNER_MAY_READ = 0o400;

/** Lets their owner empty all folders at and below `path`: some tools leave theirs read-only. */
export async function openFolders(path: string): Promise<void> {
  await open(path, { withFiles: false });
}

/** The same, and lets the owner read all files in them: what an agent forbade is its work, too. */
export async function openFiles(path: string): Promise<void> {
  await open(path, { withFiles: true });
}

async function open(path: string, how: { readonly withFiles: boolean }): Promise<void> {
  const stats = await lstat(path).catch(() => undefined);
  // A link may lead out of here.
  if (!stats?.isDirectory()) return;
  await allow(path, stats, OWNER_MAY_ALL);
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const inside = join(path, entry.name);
    if (entry.isDirectory()) await open(inside, how);
    else if (how.withFiles && entry.isFile()) {
      await allow(inside, await lstat(inside), OWNER_MAY_READ);
    }
  }
}

async function allow(path: string, { mode }: Stats, wanted: number): Promise<void> {
  if ((mode & wanted) !== wanted) await chmod(path, mode | wanted);
}
