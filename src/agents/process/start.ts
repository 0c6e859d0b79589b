import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../core/clock.ts";
import { OrchestraError } from "../../core/errors.ts";
import { ATTEMPT_FILES, type StartRequest } from "../processes.ts";
import { findExecutable } from "./find-executable.ts";
import { readIdentity } from "./identity.ts";
import { markerOf } from "./origin.ts";
import { fullDisk, startError } from "./start-error.ts";
import { until } from "./until.ts";
import { CLAIM_FAILED, WRAPPER } from "./wrapper.ts";

export type StartDeps = {
  readonly clock: Clock;
  /** A hint that what was started from the folder, by this process, has ended. */
  readonly onExit: (folder: string) => void;
};

/** Starts the command, unless the folder was started from before. */
export async function start(deps: StartDeps, request: StartRequest): Promise<void> {
  if (readIdentity(request.folder)) return;
  const [name = "", ...args] = request.command;
  requireFolder(request.cwd);
  const executable = findExecutable(name, request.cwd, request.env["PATH"]);
  try {
    const stdin = await provideStdin(request);
    // An absolute path also keeps the shell from taking the name for a command of its own.
    const child = spawnWrapper(request, [stdin, executable, ...args]);
    child.once("exit", () => deps.onExit(request.folder));
    await once(child, "spawn");
    child.unref();
    await claimed(deps, child, request);
  } catch (error) {
    throw error instanceof OrchestraError ? error : startError(request.command, error);
  }
}

function requireFolder(cwd: string): void {
  if (existsSync(cwd)) return;
  throw new OrchestraError(
    "REPOSITORY_UNUSABLE",
    `There is no folder ${cwd} to work in. Try the task again: it gets a new one.`,
  );
}

/** The file to read from. Never changes one that an earlier start may be reading. */
async function provideStdin({ folder, stdin }: StartRequest): Promise<string> {
  if (stdin === "") return "/dev/null";
  const file = join(folder, ATTEMPT_FILES.stdin);
  const unseen = `${file}.${randomUUID()}`;
  await writeFile(unseen, stdin);
  await rename(unseen, file);
  return file;
}

function spawnWrapper(request: StartRequest, args: readonly string[]): ChildProcess {
  return spawn("/bin/sh", ["-c", WRAPPER, "orchestra", request.folder, ...args], {
    cwd: request.cwd,
    env: { ...request.env, ...markerOf(request.folder) },
    detached: true,
    stdio: "ignore",
  });
}

/** Resolves when the wrapper has written who it is, or is already over. */
async function claimed(deps: StartDeps, child: ChildProcess, request: StartRequest): Promise<void> {
  const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const isSettled = (): boolean => isOver() || readIdentity(request.folder) !== undefined;
  await until(deps.clock, isSettled, Infinity);
  if (child.exitCode !== CLAIM_FAILED) return;
  // It created the file and is dead, so nobody else can be meant by it.
  await rm(join(request.folder, ATTEMPT_FILES.identity), { force: true });
  throw fullDisk(request.command);
}
