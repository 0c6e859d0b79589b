import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { HOOK_VARIABLES } from "../config/environment.ts";
import { gitError } from "./git-error.ts";
import { endGroupOnAbort } from "./process-group.ts";

export type GitOptions = {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly input?: string;
};

export type GitResult = {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
};

const TIMEOUT_MS = 15 * 60_000;
const OUTPUT_LENGTH_MAX = 64 * 1024 * 1024;

/** What a user may have configured that would run programs of theirs, ask, hang or refuse. */
const SETTINGS = {
  // What is on record as done must be on the disk: git leaves that to the system, unless told.
  "core.fsync": "committed",
  "core.hooksPath": "/dev/null",
  "core.fsmonitor": "false",
  "core.safecrlf": "false",
  "core.quotePath": "false",
  "commit.gpgSign": "false",
  "i18n.commitEncoding": "UTF-8",
  "gc.auto": "0",
  "maintenance.auto": "false",
  "rerere.enabled": "false",
  "submodule.recurse": "false",
};
const SETTING_ARGS = Object.entries(SETTINGS).flatMap(([name, value]) => [
  "-c",
  `${name}=${value}`,
]);

const NAME = "Orchestra";
const EMAIL = "orchestra@localhost";
const ENVIRONMENT = {
  ...Object.fromEntries(HOOK_VARIABLES.map((name) => [name, undefined])),
  GIT_TERMINAL_PROMPT: "0",
  GIT_OPTIONAL_LOCKS: "0",
  GIT_EDITOR: ":",
  LC_ALL: "C",
  GIT_AUTHOR_NAME: NAME,
  GIT_AUTHOR_EMAIL: EMAIL,
  GIT_COMMITTER_NAME: NAME,
  GIT_COMMITTER_EMAIL: EMAIL,
};

/** Runs git and returns its output without the final line feed; throws when it exits with non-zero. */
export async function git(args: readonly string[], options: GitOptions): Promise<string> {
  const result = await tryGit(args, options);
  if (result.exitCode === 0) return result.stdout;
  throw await gitError({ args, ...options }, result);
}

/** Runs git and returns how it exited; throws only when it could not run to an end of its own. */
export async function tryGit(args: readonly string[], options: GitOptions): Promise<GitResult> {
  options.signal?.throwIfAborted();
  const limit = AbortSignal.timeout(TIMEOUT_MS);
  const signal = options.signal ? AbortSignal.any([limit, options.signal]) : limit;
  const result = await run([...SETTING_ARGS, ...args], options, signal).catch(notStarted);
  options.signal?.throwIfAborted();
  const { exitCode, stdout, stderr } = result;
  if (exitCode !== undefined) return { exitCode, stdout, stderr };
  throw await gitError({ args, ...options }, result);
}

type Ending = {
  /** `undefined` when it could not be started, or was ended by us. */
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** Why it could not be started. */
  readonly failure?: unknown;
  /** The signal that ended it, when it was not us who sent that. */
  readonly killedBy?: string | undefined;
};

// Bare `spawn`, because loading execa is half of what it takes to queue a task.
async function run(
  args: readonly string[],
  options: GitOptions,
  signal: AbortSignal,
): Promise<Ending> {
  const child = spawn("git", args, {
    cwd: options.cwd,
    // oxlint-disable-next-line node/no-process-env -- Git gets all that it would get by hand.
    env: { ...process.env, ...ENVIRONMENT, ...options.env },
    detached: true,
  });
  const closed = once(child, "close");
  const stopWatching = endGroupOnAbort(child.pid, signal);
  try {
    // What was not started may have no streams; waiting for its end then tells why.
    if (child.pid === undefined) await closed;
    // Git may end without reading what it is given.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input ?? "");
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
    const isWhole = stdout.length < OUTPUT_LENGTH_MAX && !signal.aborted;
    const exitCode = isWhole ? (child.exitCode ?? undefined) : undefined;
    const killedBy = isWhole ? (child.signalCode ?? undefined) : undefined;
    return {
      exitCode,
      stdout: withoutLineFeed(stdout),
      stderr: withoutLineFeed(stderr),
      killedBy,
    };
  } finally {
    stopWatching();
  }
}

function notStarted(failure: unknown): Ending {
  return { exitCode: undefined, stdout: "", stderr: "", failure };
}

/** All of a stream up to a bound; what is beyond it is read and dropped, so that git can end. */
async function text(stream: Readable): Promise<string> {
  const parts: string[] = [];
  let length = 0;
  stream.setEncoding("utf8");
  for await (const part of stream) {
    const some = String(part);
    if (length < OUTPUT_LENGTH_MAX) parts.push(some);
    length += some.length;
  }
  return parts.join("");
}

function withoutLineFeed(output: string): string {
  return output.endsWith("\n") ? output.slice(0, -1) : output;
}

/** The parts of an output made with `-z`. */
export function nulSeparated(output: string): string[] {
  return output.split("\0").filter((part) => part !== "");
}
