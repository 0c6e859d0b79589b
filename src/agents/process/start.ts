import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../core/clock.ts";
import { OrchestraError } from "../../core/errors.ts";
import { ATTEMPT_FILES, type StartRequest } from "../processes.ts";
import { findExecutable } from "./find-executable.ts";
import { readIdentity } from "./identity.ts";
import { markerOf } from "./origin.ts";
import type { ProcessTable } from "./process-facts.ts";
import type { SpawnEnd, Spawner } from "./spawner.ts";
import { fullDisk, startError } from "./start-error.ts";
import { until } from "./until.ts";
import { CLAIM_FAILED, WRAPPER } from "./wrapper.ts";

export type StartDeps = {
  readonly clock: Clock;
  readonly table: Pick<ProcessTable, "bootId">;
  readonly spawner: Spawner;
  /** A hint that what was started from the folder, by this process, has ended. */
  readonly onExit: (folder: string) => void;
};

/** A spawner that is killed this often in a row is being hunted. */
const SPAWNERS_MAX = 3;

/** Starts the command, unless the folder was started from before. */
export async function start(deps: StartDeps, request: StartRequest): Promise<void> {
  if (readIdentity(request.folder)) return;
  const [name = "", ...args] = request.command;
  requireFolder(request.cwd);
  const executable = findExecutable(name, request.cwd, request.env["PATH"]);
  try {
    const { stdinFile = "/dev/null", followsStdin = false, note } = request;
    const follows = followsStdin ? "yes" : "";
    // An absolute path also keeps the shell from taking the name for a command of its own.
    await startWrapper(deps, request, [stdinFile, follows, note, executable, ...args]);
  } catch (error) {
    throw error instanceof OrchestraError ? error : startError(request.command, error);
  }
}

/** Who started the wrapper may be lost, and the wrapper not: of two, the folder lets one run. */
async function startWrapper(
  deps: StartDeps,
  request: StartRequest,
  args: readonly string[],
): Promise<void> {
  for (let count = 0; count < SPAWNERS_MAX; count += 1) {
    const end = await claimedOrOver(deps, request, args);
    if (end?.kind === "refused") throw end.error;
    if (end?.kind === "exited" && end.exitCode === CLAIM_FAILED) {
      // It created the file and is dead, so nobody else can be meant by it.
      rmSync(join(request.folder, ATTEMPT_FILES.identity), { force: true });
      throw fullDisk(request.command);
    }
    if (end?.kind !== "lost") return;
  }
  throw startError(request.command, new Error("The processes that start others were killed."));
}

/** Resolves when the wrapper has written who it is, or with how it ended before. */
async function claimedOrOver(
  { clock, table, spawner, onExit }: StartDeps,
  { folder, cwd, env }: StartRequest,
  args: readonly string[],
): Promise<SpawnEnd | undefined> {
  const ended = new AbortController();
  const spawned = spawner.spawn({
    args: ["-c", WRAPPER, "orchestra", folder, table.bootId(), ...args],
    cwd,
    env: { ...env, ...markerOf(folder) },
    onExit: () => {
      ended.abort("ended");
      onExit(folder);
    },
  });
  const isSettled = (): boolean => spawned.end !== undefined || readIdentity(folder) !== undefined;
  await until(clock, isSettled, Infinity, ended.signal);
  return spawned.end;
}

function requireFolder(cwd: string): void {
  if (existsSync(cwd)) return;
  throw new OrchestraError(
    "REPOSITORY_UNUSABLE",
    `There is no folder ${cwd} to work in. Try the task again: it gets a new one.`,
  );
}
