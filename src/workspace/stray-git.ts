import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../core/clock.ts";
import { signalProcess } from "./process-group.ts";

const PROCESSES = "/proc";
const POLL_MS = 50;
const GRACE_MS = 2_000;

/**
 * Ends git commands that a killed orchestrator has left running on a worktree: they name its git
 * folder in their environment. Where the system does not tell, they are left to end by themselves.
 */
export async function endStrayGit(
  { clock }: { readonly clock: Clock },
  gitDir: string,
): Promise<void> {
  const signal = AbortSignal.timeout(GRACE_MS * 2);
  for (let waitedMs = 0; waitedMs < GRACE_MS * 2; waitedMs += POLL_MS) {
    const pids = await strayPids(gitDir);
    if (pids.length === 0) return;
    for (const pid of pids) signalProcess(pid, waitedMs < GRACE_MS ? "SIGTERM" : "SIGKILL");
    await clock.sleep(POLL_MS, signal);
  }
}

async function strayPids(gitDir: string): Promise<number[]> {
  if (!existsSync(join(PROCESSES, "self", "environ"))) return [];
  const pids = (await readdir(PROCESSES)).map(Number).filter((pid) => pid > 1);
  const found = await Promise.all(pids.map(async (pid) => isStray(pid, gitDir)));
  return pids.filter((_, index) => found[index]);
}

async function isStray(pid: number, gitDir: string): Promise<boolean> {
  // Processes end while we look, and other users' are not for us to see.
  const environment = await readFile(join(PROCESSES, String(pid), "environ"), "utf8").catch(
    () => "",
  );
  return pid !== process.pid && environment.split("\0").includes(`GIT_DIR=${gitDir}`);
}
