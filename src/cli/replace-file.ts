import { realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";

/** Writes a file anew, whole or not at all; its rights stay, and a link goes on leading to it. */
export async function replaceFile(file: string, text: string, mode = 0o666): Promise<void> {
  const stats = statSync(file, { throwIfNoEntry: false });
  const target = stats ? realpathSync(file) : file;
  const draft = `${target}.${process.pid}`;
  try {
    writeFileSync(draft, text, {
      flag: "wx",
      mode: stats ? stats.mode & 0o777 : mode,
      flush: true,
    });
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}
