import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OrchestraError } from "../../../core/errors.ts";
import { aTask, add } from "../../conformance/builders.ts";
import { openSqliteStore } from "../sqlite-store.ts";
import { printLine } from "../../testing/print-line.ts";

/** Fills a tiny disk of its own, makes room again, and prints what the store made of both. */
const TASKS_MAX = 10_000;

const [folder = ""] = process.argv.slice(2);
execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]);
const ballast = join(folder, "ballast");
writeFileSync(ballast, Buffer.alloc(256 * 1024));
const store = openSqliteStore(join(folder, "blackboard.sqlite"));

const kept: string[] = [];
let refusal: unknown;
while (refusal === undefined && kept.length < TASKS_MAX) {
  const id = `task-${kept.length}`;
  try {
    await add(store, [aTask({ id, prompt: "x".repeat(4_000) })]);
    kept.push(id);
  } catch (error) {
    refusal = error;
  }
}
const whenFull = await shown();
const opening = codeOf(() => openSqliteStore(join(folder, "another.sqlite")));
rmSync(ballast);
await add(store, ["after"]);
printLine(
  JSON.stringify({ kept, writing: codeIn(refusal), opening, whenFull, afterwards: await shown() }),
);
await store.close();

function codeOf(act: () => unknown): string {
  try {
    act();
    return "no error";
  } catch (error) {
    return codeIn(error);
  }
}

function codeIn(error: unknown): string {
  return error instanceof OrchestraError ? error.code : String(error);
}

async function shown(): Promise<{ readonly ids: readonly string[]; readonly lastSeq: number }> {
  const ids = await store.taskIdsWithPrefix("", TASKS_MAX);
  return { ids, lastSeq: await store.lastSeq("queue") };
}
