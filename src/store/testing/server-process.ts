import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readdirSync } from "node:fs";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";

/** Database servers refuse to be run by the superuser. */
const NOBODY = 65_534;
const IS_ROOT = process.getuid?.() === 0;
const AS_USER = IS_ROOT ? { uid: NOBODY, gid: NOBODY } : {};
const DEADLINE_MS = 60_000;

/** Memory where there is some to be had as a folder: servers make many files, and wait for each. */
const MEMORY = "/dev/shm";

/** Whether what the server keeps must survive the machine's end, as benchmarks need it. */
export type Durability = "memory" | "disk";

/** A folder that the server's user may write. */
export function serverFolder(name: string, durability: Durability): string {
  const parent = durability === "memory" && existsSync(MEMORY) ? MEMORY : tmpdir();
  const folder = mkdtempSync(join(parent, `orchestra-${name}-`));
  if (IS_ROOT) chownSync(folder, NOBODY, NOBODY);
  return folder;
}

/** Where a program is: in the path, or in one of these folders. */
export function findProgram(name: string, folders: readonly string[]): string | undefined {
  return findPrograms(name, folders)[0];
}

/** All that have the name, in the order in which they are found. */
export function findPrograms(name: string, folders: readonly string[]): string[] {
  // oxlint-disable-next-line node/no-process-env -- A test looks for what is installed.
  const path = (process.env["PATH"] ?? "").split(delimiter);
  return [...path, ...folders].map((folder) => join(folder, name)).filter(existsSync);
}

/** The folder `rest` of each version in `parent`, the newest first. */
export function versionFolders(parent: string, rest: string): string[] {
  if (!existsSync(parent)) return [];
  const versions = readdirSync(parent).toSorted((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(parent, version, rest));
}

/** Runs a program that makes the server's files. */
export async function runAsServer(command: string, args: readonly string[]): Promise<void> {
  await execa(command, args, { ...AS_USER, cwd: tmpdir(), timeout: DEADLINE_MS });
}

export type ServerProcess = {
  /** Resolves when it has ended. */
  readonly kill: (signal: NodeJS.Signals) => Promise<void>;
};

/** Starts a server, and resolves when it has printed that it is ready. */
export async function startServer(
  command: string,
  args: readonly string[],
  { folder, readyLine }: { readonly folder: string; readonly readyLine: RegExp },
): Promise<ServerProcess> {
  const server = spawn(command, args, {
    ...AS_USER,
    cwd: tmpdir(),
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = once(server, "exit");
  const guard = endWithUs(server.pid ?? 0, folder);
  server.once("exit", () => guard.kill("SIGKILL"));
  const printed: string[] = [];
  const lines = createInterface({ input: server.stderr });
  const ready = new Promise<void>((resolve) => {
    lines.on("line", (line) => {
      printed.push(line);
      if (readyLine.test(line)) resolve();
    });
  });
  const failed = ended.then(() => {
    throw new Error(`${command} has ended:\n${printed.join("\n")}`);
  });
  await Promise.race([ready, failed]);
  failed.catch(() => undefined);
  return {
    kill: async (signal) => {
      server.kill(signal);
      await ended;
    },
  };
}

/**
 * Has the server killed and its folder removed when this process ends, also when it is killed: its
 * pipe closes then. To be killed itself when the server has ended, whose number others get.
 */
function endWithUs(pid: number, folder: string): ChildProcess {
  const guard = spawn("sh", ["-c", 'cat; kill -9 "$0"; rm -rf "$1"', String(pid), folder], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  guard.unref();
  // Node types a pipe as a mere stream; it is a socket, which would keep us alive.
  if (guard.stdin instanceof Socket) guard.stdin.unref();
  return guard;
}
