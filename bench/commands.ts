import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { executeOrThrow } from "../src/store/execute.ts";
import { openSqliteStore } from "../src/store/sqlite/sqlite-store.ts";
import { projectPaths } from "../src/config/paths.ts";
import { aTask } from "./a-task.ts";
import { interleaved } from "./measure.ts";

/** What a person waits for when typing a command, against Node doing nothing. */
const ROUNDS = 15;
const BIN = resolve(import.meta.dirname, "../bin/orchestra.cjs");
const SIZES = [0, 1_000, 10_000];

for (const size of SIZES) {
  const project = await projectWith(size);
  const nextId = counter();
  const run =
    (...args: readonly string[]) =>
    (): void =>
      command(project, args);
  const started: string[] = [];
  const figures = await interleaved(ROUNDS, {
    bare: () => void spawnSync(process.execPath, ["-e", "0"]),
    start: () => {
      const id = `new-${nextId()}`;
      command(project, ["start", "Do nothing", "--id", id]);
      started.push(id);
    },
    status: run("status"),
    cancel: () => command(project, ["cancel", started.pop() ?? ""]),
  });
  const ratio = (name: "start" | "status" | "cancel"): string =>
    `${name} ${figures[name].toFixed(0)} ms, ${(figures[name] / figures.bare).toFixed(2)}×`;
  console.log(
    `commands at ${size} tasks: ${ratio("start")}; ${ratio("status")}; ${ratio("cancel")}; bare node ${figures.bare.toFixed(0)} ms (medians of ${ROUNDS})`,
  );
  rmSync(project, { recursive: true });
}

async function projectWith(size: number): Promise<string> {
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
  if (size > 0) {
    const store = openSqliteStore(projectPaths(project).blackboard);
    const tasks = Array.from({ length: size }, (_, index) => aTask(`old-${index}`));
    await executeOrThrow(store, { type: "add_tasks", runId: "queue", tasks, nowMs: Date.now() });
    await store.close();
  }
  return project;
}

function command(cwd: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(process.execPath, [BIN, ...args], { cwd });
  if (status !== 0) throw new Error(`orchestra ${args.join(" ")}: ${stderr.toString()}`);
}

function counter(): () => number {
  let count = 0;
  return () => (count += 1);
}
