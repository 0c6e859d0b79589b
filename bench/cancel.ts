import { spawn } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { linuxProcessTable } from "../src/agents/process/linux-process-table.ts";
import { BIN, command, projectWith } from "./a-project.ts";
import { median } from "./measure.ts";

/**
 * From typing `orchestra cancel` until no process of the agent's group is alive, while `run` works the
 * queue; its agent, of two processes, ends when it is asked to. Linux alone.
 */
const ROUNDS = 7;
const CONFIG = `agents:
  shell: { adapter: command, command: [sh, -e], prompt: stdin }
checks: []
`;

const project = await projectWith([]);
writeFileSync(join(project, "orchestra.yaml"), CONFIG);
const run = spawn(process.execPath, [BIN, "run", "--watch"], { cwd: project, stdio: "ignore" });
try {
  const tookMs: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) tookMs.push(await oneRound(`task-${round}`));
  console.log(
    `cancel until the agent's group is gone: median ${median(tookMs).toFixed(0)} ms, longest ${Math.max(...tookMs).toFixed(0)} ms (${ROUNDS} rounds)`,
  );
} finally {
  run.kill("SIGKILL");
  rmSync(project, { recursive: true, force: true });
}

async function oneRound(id: string): Promise<number> {
  command(project, ["start", "shell", "echo on; sleep 600 & wait", "--id", id, "--no-merge"]);
  const out = join(project, ".orchestra/attempts", `${id}-1`, "stdout");
  while (!said(out)) await sleep(20);
  const group = agentsOf(id);
  if (group.length < 2) throw new Error(`The agent of ${id} is not there.`);
  const startedMs = performance.now();
  const cancelling = spawn(process.execPath, [BIN, "cancel", id], {
    cwd: project,
    stdio: "ignore",
  });
  while (group.some((pid) => linuxProcessTable.find(pid) !== undefined)) await sleep(5);
  const tookMs = performance.now() - startedMs;
  while (cancelling.exitCode === null) await sleep(5);
  return tookMs;
}

function said(file: string): boolean {
  try {
    return readFileSync(file, "utf8").includes("on");
  } catch {
    // It has not started yet.
    return false;
  }
}

/** The processes that have the attempt's id in their environment. */
function agentsOf(id: string): readonly number[] {
  return linuxProcessTable
    .glance()
    .all(undefined)
    .map(({ pid }) => pid)
    .filter((pid) => environmentOf(pid).includes(`ORCHESTRA_TASK_ID=${id}\0`));
}

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8");
  } catch {
    // It has gone, or is another user's.
    return "";
  }
}
