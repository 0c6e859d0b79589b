import { signalProcess } from "../agents/process/process-facts.ts";
import { machineProcessTable } from "../agents/process/process-table.ts";
import type { Clock } from "../core/clock.ts";

const POLL_MS = 50;
const GRACE_MS = 2_000;

/** Ends git commands that a killed orchestrator has left running on a worktree. */
export async function endStrayGit(deps: { readonly clock: Clock }, gitDir: string): Promise<void> {
  await endStray(deps, `GIT_DIR=${gitDir}`);
}

/**
 * Ends what a killed orchestrator has left running: every process that was started with
 * `NAME=value` in its environment. One of another user is not for us to see.
 */
export async function endStray({ clock }: { readonly clock: Clock }, entry: string): Promise<void> {
  const signal = AbortSignal.timeout(GRACE_MS * 2);
  for (let waitedMs = 0; waitedMs < GRACE_MS * 2; waitedMs += POLL_MS) {
    const pids = strayPids(entry);
    if (pids.length === 0) return;
    for (const pid of pids) signalProcess(pid, waitedMs < GRACE_MS ? "SIGTERM" : "SIGKILL");
    await clock.sleep(POLL_MS, signal);
  }
}

function strayPids(entry: string): readonly number[] {
  const seen = machineProcessTable().glance();
  const pids = seen.all(undefined).map(({ pid }) => pid);
  return seen.carriers(entry, pids).filter((pid) => pid > 1 && pid !== process.pid);
}
