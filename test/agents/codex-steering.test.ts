import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { codexAppServerDriver as codex } from "./drivers/codex.ts";
import { livingProcesses } from "./living-processes.ts";
import type { RealProject } from "./real-project.ts";
import { setStage, shown, startOf, told, type Scripts, type Stage } from "./stage.ts";
import { until } from "./until.ts";

let executable: string;
beforeAll(async () => {
  executable = await codex.install();
});

const onStage = async (scripts: Scripts): Promise<Stage> => setStage(codex, executable, scripts);

const WAITS = codex.runs("echo begun > work.txt; until [ -e go ]; do sleep 0.1; done");
const DONE = { text: "Done." };

test("Codex works a graph of tasks over its app server, exact to the token", async () => {
  await using stage = await onStage({
    one: [codex.runs("echo one > one.txt"), { text: "Wrote one." }],
    two: [codex.runs("cat one.txt one.txt > two.txt"), { text: "Wrote two." }],
  });
  const { project } = stage;
  await project.orchestra(...startOf("one"), "-c", "test -s one.txt");
  await project.orchestra(...startOf("two"), "-a", "one");
  const { exitCode, stderr } = await project.orchestra("run");
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(project.read("two.txt")).toBe("one\none\n");
  const { attempts } = await shown(project, "two");
  expect(attempts).toMatchObject([{ state: "succeeded", ...told(codex, 2) }]);
  expect(livingProcesses(project.root)).toEqual([]);
});

test("what is sent to a Codex at work is heard in its turn", async () => {
  await using stage = await onStage({ steered: [WAITS, DONE] });
  const { project, endpoint } = stage;
  await project.orchestra(...startOf("steered"));
  const ended = once(project.start("run"), "exit");
  const workspace = await atWork(project, "steered");
  await project.orchestra("send", "steered", "Greet Ada.");
  await until(async () => printed(project, "steered").includes('"type":"queued"') || undefined);
  writeFileSync(join(workspace, "go"), "");
  expect(await ended).toEqual([0, null]);

  const { task, attempts } = await said(project, "steered");
  expect(attempts).toMatchObject([{ state: "succeeded", ...told(codex, 2) }]);
  expect(task.messages).toMatchObject([{ text: "Greet Ada.", isHeard: true }]);
  expect(endpoint.requests).toHaveLength(2);
  expect(endpoint.requests[1]?.prompt).toContain("Greet Ada.");
});

test("an interrupted Codex stops at once, and goes on with what it is told", async () => {
  await using stage = await onStage({
    interrupted: [WAITS, codex.runs("echo done > other.txt"), DONE],
  });
  const { project, endpoint } = stage;
  await project.orchestra(...startOf("interrupted"));
  const ended = once(project.start("run"), "exit");
  await atWork(project, "interrupted");
  await project.orchestra("interrupt", "interrupted", "Do the other thing.");
  expect(await ended).toEqual([0, null]);

  const { task, attempts } = await said(project, "interrupted");
  expect(attempts).toMatchObject([{ state: "succeeded" }]);
  expect(task.messages).toMatchObject([{ isHeard: true }]);
  expect(endpoint.requests.at(-1)?.prompt).toContain("Do the other thing.");
  expect(project.read("other.txt")).toBe("done\n");
});

test("a paused task goes on in its thread, and no token counts twice", async () => {
  await using stage = await onStage({
    paused: [codex.runs("echo first > first.txt"), WAITS, DONE],
  });
  const { project } = stage;
  await project.orchestra(...startOf("paused"), "--max-retries", "0");
  const ended = once(project.start("run"), "exit");
  await atWork(project, "paused");
  await project.orchestra("pause", "paused");
  expect(await ended).toEqual([4, null]);
  expect(livingProcesses(project.root)).toEqual([]);

  await project.orchestra("resume", "paused");
  expect((await project.orchestra("run")).exitCode).toBe(0);
  const { attempts } = await said(project, "paused");
  expect(attempts).toMatchObject([
    { state: "cancelled" },
    { state: "succeeded", resumesSession: true, sessionId: attempts[0]?.sessionId },
  ]);
  expect(sumOf(attempts.map(({ usage }) => usage))).toEqual(codex.spentInTurns(3).usage);
});

type Said = {
  readonly task: { readonly messages?: readonly object[] };
  readonly attempts: readonly {
    readonly usage: object;
    readonly sessionId?: string;
    readonly workspacePath?: string;
  }[];
};

async function said(project: RealProject, id: string): Promise<Said> {
  return (await project.json("show", id)) as Said;
}

/** Resolves when the agent's command runs, with the folder that it works in. */
async function atWork(project: RealProject, id: string): Promise<string> {
  return until(async () => {
    const { attempts } = await said(project, id);
    const [{ workspacePath = "" } = {}] = attempts;
    return existsSync(join(workspacePath, "work.txt")) ? workspacePath : undefined;
  });
}

function printed(project: RealProject, id: string): string {
  return project.read(`.orchestra/attempts/${id}-1/stdout`);
}

function sumOf(usages: readonly object[]): object {
  const sum: Record<string, number> = {};
  for (const [name, count] of usages.flatMap((usage) => Object.entries(usage))) {
    sum[name] = (sum[name] ?? 0) + Number(count);
  }
  return sum;
}
