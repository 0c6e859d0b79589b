// Every benchmark, one after another, each in a process of its own so that none warms another.
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const BENCHMARKS = [
  "commands",
  "task-life",
  "engine-life",
  "process-agents",
  "worktrees",
  "start-latency",
  "stores",
  "zombie",
  "recovery",
  "scale",
  "parse",
  "streams",
  "many-streams",
  "size",
  "idle",
  "cancel",
] as const;

for (const name of BENCHMARKS) {
  const file = join(import.meta.dirname, `${name}.ts`);
  const { status } = spawnSync(process.execPath, [file], { stdio: "inherit" });
  if (status !== 0) process.exitCode = 1;
}
