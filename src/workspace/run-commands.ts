import { spawn } from "node:child_process";
import { once } from "node:events";
import { open, readFile } from "node:fs/promises";
import { OrchestraError } from "../core/errors.ts";
import { OUTSIDE_HOOKS } from "./git.ts";
import { endGroupOnAbort } from "./process-group.ts";
import type { WorkspaceCommand } from "./worktrees-deps.ts";

export type CommandsRequest = {
  readonly phase: "setup" | "teardown";
  readonly commands: readonly WorkspaceCommand[];
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Takes all output. */
  readonly logFile: string;
};

const TIMEOUT_MS = 30 * 60_000;
const OUTPUT_CHARACTERS_MAX = 4_000;

/** Runs set-up or tear-down commands in order; the first that fails throws, with its output's end. */
export async function runCommands(request: CommandsRequest, signal: AbortSignal): Promise<void> {
  if (request.commands.length === 0) return;
  // A file, not a pipe: a server that a command leaves behind would hold a pipe open for ever.
  const log = await open(request.logFile, "w");
  try {
    for (const command of request.commands) {
      signal.throwIfAborted();
      const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
      const reason = await runCommand(request, command, log.fd, limit);
      signal.throwIfAborted();
      if (reason !== undefined) throw await failure(request, command, reason);
    }
  } finally {
    await log.close();
  }
}

/** Why the command failed; `undefined` when it did not. */
async function runCommand(
  { cwd, env }: CommandsRequest,
  command: WorkspaceCommand,
  output: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const [file = "", ...args] = typeof command === "string" ? ["sh", "-c", command] : command;
  const child = spawn(file, args, {
    cwd,
    env: { ...env, ...OUTSIDE_HOOKS },
    stdio: ["ignore", output, output],
    detached: true,
  });
  const stopWatching = endGroupOnAbort(child.pid, signal);
  try {
    await once(child, "exit");
  } catch (error) {
    return `cannot be started (${error instanceof Error ? error.message : String(error)})`;
  } finally {
    stopWatching();
  }
  if (child.exitCode === 0) return undefined;
  if (signal.aborted) return `took longer than ${TIMEOUT_MS / 60_000} minutes`;
  return child.exitCode === null
    ? `was ended by ${child.signalCode ?? "a signal"}`
    : `failed with exit code ${child.exitCode}`;
}

async function failure(
  { phase, logFile }: CommandsRequest,
  command: WorkspaceCommand,
  reason: string,
): Promise<OrchestraError> {
  const line = typeof command === "string" ? command : command.join(" ");
  const output = (await readFile(logFile, "utf8")).trimEnd().slice(-OUTPUT_CHARACTERS_MAX);
  const message = `Running the workspace's ${phase} command \`${line}\`: it ${reason}. Put it right in orchestra.yaml.`;
  return new OrchestraError("INVALID_CONFIG", output === "" ? message : `${message}\n${output}`);
}
