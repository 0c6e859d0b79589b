import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { withHistory } from "../../src/store/transfer/source.ts";
import { crashAt, crashPointsOf, effectsOf, sampleOf } from "./crash-point.ts";
import { openReader } from "./outcome.ts";
import { copyOf, createChaosProject, type ChaosProject } from "./project.ts";

const POINTS = Number(process.env["CHAOS_POINTS"] ?? 40);
const SEED = Number(process.env["CHAOS_SEED"] ?? 1);

const ARCHIVE = ["archive", "--older-than", "0"];
/** More than leave in one transaction would take long to work; the store's own tests have them. */
const WHOLE = { tasks: ["a01", "a02", "a03"], attempts: ["a01-1", "a01-2", "a02-1", "a03-1"] };

const template = await createChaosProject([
  { id: "a01", kind: "flaky" },
  { id: "a02", kind: "shared" },
  { id: "a03", kind: "leave", after: ["a02"] },
]);
await template.orchestra("run");
afterAll(() => template[Symbol.dispose]());

const undisturbed = copyOf(template);
const effects = await effectsOf(undisturbed, ARCHIVE);
undisturbed[Symbol.dispose]();

test.concurrent.for(sampleOf(crashPointsOf(effects), POINTS, SEED))(
  "killed $when effect $number, an archive is finished by the next, and nothing is lost",
  async (point) => {
    using project = copyOf(template);
    const at = await crashAt(project, ARCHIVE, point);
    expect(at).toBeDefined();
    expect({ at, ...(await foundIn(project)) }).toEqual({ at, ...WHOLE });

    const { exitCode, stderr } = await project.orchestra(...ARCHIVE);
    expect({ at, exitCode, stderr }).toEqual({ at, exitCode: 0, stderr: "" });
    expect({ at, ...(await foundIn(project)) }).toEqual({ at, ...WHOLE });
    await using store = openReader(project);
    expect(await store.tasksAfter("", 10)).toEqual([]);
    expect(await store.flaws()).toEqual([]);
    expect(readdirSync(join(project.root, ".orchestra/attempts"))).toEqual([]);
    expect(archivesOf(project).filter((name) => name.includes("partial"))).toEqual([]);
  },
);

/** Tasks and their attempts' output, each once, wherever they are: to be worked, or put away. */
async function foundIn(project: ChaosProject): Promise<typeof WHOLE> {
  const attempts = join(project.root, ".orchestra/attempts");
  await using store = openReader(project);
  const tasks = (await store.tasksAfter("", 10)).map(({ id }) => id);
  const output = readdirSync(attempts);
  for (const folder of archivesOf(project)) {
    const history = join(folder, "history.jsonl.gz");
    const packed = join(folder, "attempts.tar.gz");
    if (existsSync(history)) tasks.push(...(await tasksIn(history)));
    if (existsSync(packed)) output.push(...attemptsIn(packed));
  }
  return { tasks: [...new Set(tasks)].toSorted(), attempts: [...new Set(output)].toSorted() };
}

function archivesOf({ root }: ChaosProject): string[] {
  const archives = join(root, ".orchestra/archives");
  if (!existsSync(archives)) return [];
  const entries = readdirSync(archives, { withFileTypes: true });
  return entries.filter((one) => one.isDirectory()).map(({ name }) => join(archives, name));
}

async function tasksIn(file: string): Promise<string[]> {
  const ids: string[] = [];
  await withHistory({ kind: "file", file }, async (history) => {
    for await (const events of history()) {
      ids.push(...events.flatMap((one) => (one.type === "task_added" ? [one.taskId] : [])));
    }
  });
  return ids;
}

function attemptsIn(file: string): string[] {
  const listed = execFileSync("tar", ["-tzf", file], { encoding: "utf8" });
  return listed.split("\n").flatMap((name) => (name === "" ? [] : [name.split("/")[0] ?? ""]));
}
