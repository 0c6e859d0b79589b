import { fileURLToPath } from "node:url";
import { execa } from "execa";

const DEADLINE_MS = 60_000;

/** Starts a program of this room, as `testing/write-loop`, in a process of its own. */
export function startProgram(name: string, args: readonly string[]) {
  return execa(process.execPath, [programPath(name), ...args], programOptions());
}

/** The same as the superuser of a file system of its own, which vanishes with it. */
export function startProgramUnshared(name: string, args: readonly string[]) {
  const mapping = process.getuid?.() === 0 ? [] : ["--map-root-user"];
  const command = [process.execPath, programPath(name), ...args];
  return execa("unshare", [...mapping, "--mount", ...command], programOptions());
}

function programOptions() {
  return { timeout: DEADLINE_MS, killSignal: "SIGKILL", reject: false, lines: true } as const;
}

function programPath(name: string): string {
  return fileURLToPath(new URL(`../${name}.ts`, import.meta.url));
}
