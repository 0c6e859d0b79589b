import { spawn } from "node:child_process";
import { once } from "node:events";
import { open } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { readTail, sizeOf } from "../agents/process/follow-lines.ts";
import { OrchestraError } from "../core/errors.ts";
import { endGroupOnAbort } from "./process-group.ts";
import type { WorkspaceCommand } from "./worktrees-deps.ts";

export type CommandsRequest = {
  readonly phase: "setup" | "teardown";
  readonly commands: readonly WorkspaceCommand[];
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Takes all output, up to `LOG_BYTES_MAX`. */
  readonly logFile: string;
};

const TIMEOUT_MS = 30 * 60_000;
const OUTPUT_BYTES_MAX = 4_000;
/** A command that prints more than this is out of control, and ended. */
const LOG_BYTES_MAX = 64 * 1024 ** 2;
const LOOK_EVERY_MS = 100;

/** Runs set-up or tear-down commands in order; the first that fails throws, with its output's end. */
export async function runCommands(request: CommandsRequest, signal: AbortSignal): Promise<void> {
  // A file, not a pipe: a server that a command leaves behind would hold a pipe open for ever.
  const log = await open(request.logFile, "w");
  try {
    for (const command of request.commands) {
      signal.throwIfAborted();
      const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
      const reason = await runCommand(request, command, log.fd, limit);
      if (sizeOf(request.logFile) > LOG_BYTES_MAX) await log.truncate(LOG_BYTES_MAX);
      signal.throwIfAborted();
      if (reason !== undefined) throw await failure(request, command, reason);
    }
  } finally {
    await log.close();
  }
}

/** Why the command failed; `undefined` when it did not. */
async function runCommand(
  { cwd, env, logFile }: CommandsRequest,
  command: WorkspaceCommand,
  output: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const [over, flood] = [new AbortController(), new AbortController()];
  const [file = "", ...args] = typeof command === "string" ? ["sh", "-c", command] : command;
  const child = spawn(file, args, {
    cwd,
    env,
    stdio: ["ignore", output, output],
    detached: true,
  });
  const stopWatching = endGroupOnAbort(child.pid, AbortSignal.any([signal, flood.signal]));
  void abortWhenLong(logFile, flood, over.signal);
  try {
    await once(child, "exit");
  } catch (error) {
    return `cannot be started (${error instanceof Error ? error.message : String(error)})`;
  } finally {
    over.abort();
    stopWatching();
  }
  if (flood.signal.aborted) return `printed more than ${LOG_BYTES_MAX / 1024 ** 2} MiB`;
  if (child.exitCode === 0) return undefined;
  if (signal.aborted) return `took longer than ${TIMEOUT_MS / 60_000} minutes`;
  return child.exitCode === null
    ? `was ended by ${child.signalCode ?? "a signal"}`
    : `failed with exit code ${child.exitCode}`;
}

async function abortWhenLong(
  file: string,
  controller: AbortController,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted && sizeOf(file) <= LOG_BYTES_MAX) {
    await sleep(LOOK_EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined);
  }
  if (!signal.aborted) controller.abort();
}

async function failure(
  { phase, logFile }: CommandsRequest,
  command: WorkspaceCommand,
  reason: string,
): Promise<OrchestraError> {
  const line = typeof command === "string" ? command : command.join(" ");
  const output = (await readTail(logFile, OUTPUT_BYTES_MAX)).trimEnd();
  const message = `Running the workspace's ${phase} command \`${line}\`: it ${reason}. Put it right in orchestra.yaml.`;
  return new OrchestraError(
    "WORKSPACE_COMMAND_FAILED",
    output === "" ? message : `${message}\n${output}`,
  );
}
