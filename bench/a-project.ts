import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { projectPaths } from "../src/config/paths.ts";
import type { TaskDefinition } from "../src/core/events.ts";
import { executeOrThrow } from "../src/store/execute.ts";
import { openSqliteStore } from "../src/store/sqlite/sqlite-store.ts";

export const BIN = resolve(import.meta.dirname, "../bin/orchestra.cjs");

/** A fresh repository with these tasks in its queue. */
export async function projectWith(tasks: readonly TaskDefinition[]): Promise<string> {
  const project = mkdtempSync(join(tmpdir(), "orchestra-bench-"));
  writeFileSync(join(project, "file"), "");
  for (const args of [
    ["init", "-q", "-b", "main"],
    ["add", "-A"],
    ["-c", "user.name=B", "-c", "user.email=b@localhost", "commit", "-q", "-m", "Start"],
  ]) {
    execFileSync("git", args, { cwd: project });
  }
  command(project, ["init"]);
  if (tasks.length > 0) {
    const store = openSqliteStore(projectPaths(project).blackboard);
    await executeOrThrow(store, { type: "add_tasks", runId: "queue", tasks, nowMs: Date.now() });
    await store.close();
  }
  return project;
}

/** Runs the built command to its end. */
export function command(cwd: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(process.execPath, [BIN, ...args], { cwd });
  if (status !== 0) throw new Error(`orchestra ${args.join(" ")}: ${stderr.toString()}`);
}
