import { chmod, lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

const OWNER_MAY_ALL = 0o700;

/** Lets their owner empty all folders at and below `path`: some tools leave theirs read-only. */
export async function openFolders(path: string): Promise<void> {
  const stats = await lstat(path).catch(() => undefined);
  // A link may lead out of here.
  if (!stats?.isDirectory()) return;
  if ((stats.mode & OWNER_MAY_ALL) !== OWNER_MAY_ALL) await chmod(path, stats.mode | OWNER_MAY_ALL);
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await openFolders(join(path, entry.name));
  }
}
