import { execa } from "execa";
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
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

/** What a user may have configured that would run programs of theirs, ask, hang or refuse. */
const SETTINGS = {
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

/** Set by git for its hooks: inherited, they would point every command at another repository. */
const HOOK_VARIABLES = [
  "GIT_DIR",
  "GIT_WORK_TREE",
  "GIT_INDEX_FILE",
  "GIT_COMMON_DIR",
  "GIT_PREFIX",
  "GIT_NAMESPACE",
  "GIT_OBJECT_DIRECTORY",
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_QUARANTINE_PATH",
  "GIT_CONFIG",
  "GIT_CONFIG_PARAMETERS",
];
/** Unsets what a hook inherits, for every program that is started from here. */
export const OUTSIDE_HOOKS: Readonly<Record<string, undefined>> = Object.fromEntries(
  HOOK_VARIABLES.map((name) => [name, undefined]),
);

const NAME = "Orchestra";
const EMAIL = "orchestra@localhost";
const ENVIRONMENT = {
  ...OUTSIDE_HOOKS,
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
  const subprocess = execa("git", [...SETTING_ARGS, ...args], {
    cwd: options.cwd,
    env: { ...ENVIRONMENT, ...options.env },
    input: options.input ?? "",
    reject: false,
    detached: true,
    maxBuffer: OUTPUT_BYTES_MAX,
  });
  const signal = options.signal ? AbortSignal.any([limit, options.signal]) : limit;
  const stopWatching = endGroupOnAbort(subprocess.pid, signal);
  const result = await subprocess;
  stopWatching();

  options.signal?.throwIfAborted();
  const { exitCode, stdout, stderr } = result;
  if (exitCode !== undefined && !result.isMaxBuffer) return { exitCode, stdout, stderr };
  throw await gitError({ args, ...options }, result);
}

/** The parts of an output made with `-z`. */
export function nulSeparated(output: string): string[] {
  return output.split("\0").filter((part) => part !== "");
}
