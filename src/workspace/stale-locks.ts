import { existsSync, readFileSync, statSync } from "node:fs";
import { rm } from "node:fs/promises";
import type { ProcessFacts } from "../agents/process/process-facts.ts";
import { machineProcessTable } from "../agents/process/process-table.ts";
import type { Clock } from "../core/clock.ts";

const WAIT_MS = 2_000;
const POLL_MS = 100;

/** Removes those of these lock files that nobody holds. */
export async function clearStaleLocks(
  deps: { readonly clock: Clock },
  paths: readonly string[],
): Promise<void> {
  for (const path of await staleLocks(deps, paths)) await rm(path, { force: true });
}

/**
 * Those of these lock files that nobody holds: that a git command has left which was killed. People
 * share these places with us, so that it has to be proven: a lock is not stale while it is young, or
 * while a git command is at work that may be its holder. Costs nothing where there is no lock.
 */
export async function staleLocks(
  { clock }: { readonly clock: Clock },
  paths: readonly string[],
): Promise<readonly string[]> {
  const locks = paths
    .filter((path) => existsSync(path))
    .map((path) => ({ path, mark: markOf(path) }));
  if (locks.length === 0) return [];
  const before = gitCommands();
  const isHere = ({ path, mark }: (typeof locks)[number]): boolean => markOf(path) === mark;
  const signal = AbortSignal.timeout(WAIT_MS * 2);
  for (let waitedMs = 0; waitedMs < WAIT_MS; waitedMs += POLL_MS) {
    if (!locks.some(isHere)) return [];
    await clock.sleep(POLL_MS, signal);
  }
  // Whoever holds one has held it all the time, and so has been at work all the time.
  if (gitCommands().some((one) => before.includes(one))) return [];
  return locks.filter(isHere).map(({ path }) => path);
}

/** The same for the same file, as long as nobody writes to it. */
function markOf(path: string): string | undefined {
  const facts = statSync(path, { throwIfNoEntry: false });
  return facts && `${facts.ino} ${facts.mtimeMs}`;
}

/** The git commands of this machine, but for daemons, which hold no lock for long. */
function gitCommands(): readonly string[] {
  const all = machineProcessTable().glance().all(undefined);
  return all.filter(isGitCommand).map(({ pid, startTime }) => `${pid} ${startTime}`);
}

/** Where the system does not tell what a process is, it may be git. */
function isGitCommand({ pid }: ProcessFacts): boolean {
  if (!existsSync("/proc/self/cmdline")) return true;
  const [program = "", ...args] = commandLine(pid);
  return /^(.*\/)?git(-[^/]*)?$/.test(program) && !args.some((arg) => arg.includes("daemon"));
}

function commandLine(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    // It ended between two questions.
    return [];
  }
}
