import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OrchestraError } from "../../core/errors.ts";
import { aTask, add } from "../conformance/builders.ts";
import { printLine } from "./print-line.ts";
import { storeAt } from "./store-at.ts";

/** Fills a tiny disk of its own, makes room again, and prints what a store of the kind made of both. */
const TASKS_MAX = 10_000;

const [kind = "", folder = ""] = process.argv.slice(2);
execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]);
const ballast = join(folder, "ballast");
writeFileSync(ballast, Buffer.alloc(256 * 1024));
const store = await storeAt(`${kind}:${join(folder, "blackboard")}`);

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
const beginning = await codeOf(async () => {
  const another = await storeAt(`${kind}:${join(folder, "another")}`);
  await add(another, [aTask({ id: "first", prompt: "x".repeat(64_000) })]);
});
rmSync(ballast);
await add(store, ["after"]);
printLine(
  JSON.stringify({
    kept,
    writing: codeIn(refusal),
    beginning,
    whenFull,
    afterwards: await shown(),
  }),
);
await store.close();

async function codeOf(act: () => Promise<unknown>): Promise<string> {
  try {
    await act();
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
