import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { beforeAll, expect, test } from "vitest";
import { atWork, letGo, printed, waits } from "./conversation.ts";
import { claudeDriver as claude } from "./drivers/claude.ts";
import { livingProcesses } from "./living-processes.ts";
import type { RealProject } from "./real-project.ts";
import { setStage, shown, startOf, type Stage } from "./stage.ts";
import { until } from "./until.ts";

beforeAll(claude.install);

const WAITS = waits(claude);
const DONE = { text: "Done." };

test("what is sent to an agent at work is heard in its turn", async () => {
  await using stage = await setStage(claude, { steered: [WAITS, DONE] });
  const { project, endpoint } = stage;
  await project.orchestra(...startOf("steered"));
  const ended = once(project.start("run"), "exit");
  await atWork(project, "steered");
  expect((await project.orchestra("send", "steered", "Greet Ada.")).exitCode).toBe(0);
  await queued(project, "steered");
  await letGo(project, "steered");
  expect(await ended).toEqual([0, null]);

  const { task, attempts } = await shown(project, "steered");
  expect(attempts).toMatchObject([{ state: "succeeded" }]);
  expect(task.messages).toMatchObject([{ text: "Greet Ada.", isHeard: true }]);
  expect(saidTo(endpoint)).toContain("Greet Ada.");
});

test("an interrupted agent stops at once, and goes on with all that it was told", async () => {
  await using stage = await setStage(claude, {
    interrupted: [WAITS, claude.runs("echo done > other.txt"), DONE],
  });
  const { project, endpoint } = stage;
  await project.orchestra(...startOf("interrupted"));
  const ended = once(project.start("run"), "exit");
  await atWork(project, "interrupted");
  await project.orchestra("send", "interrupted", "Greet Ada.");
  await queued(project, "interrupted");
  await project.orchestra("interrupt", "interrupted", "Do the other thing.");
  expect(await ended).toEqual([0, null]);

  const { task, attempts } = await shown(project, "interrupted");
  expect(attempts).toMatchObject([{ state: "succeeded" }]);
  expect(task.messages).toMatchObject([{ isHeard: true }, { isHeard: true }]);
  expect(saidTo(endpoint)).toMatch(/Greet Ada\.[^]*Do the other thing\./);
  expect(project.read("other.txt")).toBe("done\n");
});

test("a paused task keeps its work and goes on in its session when it is resumed", async () => {
  await using stage = await setStage(claude, { paused: [WAITS, DONE] });
  const { project } = stage;
  await project.orchestra(...startOf("paused"), "--max-retries", "0");
  const ended = once(project.start("run"), "exit");
  await atWork(project, "paused");
  expect((await project.orchestra("pause", "paused")).exitCode).toBe(0);
  expect(await ended).toEqual([4, null]);
  expect(livingProcesses(project.root)).toEqual([]);
  expect((await shown(project, "paused")).task).toMatchObject({ state: "ready", failureCount: 0 });

  await project.orchestra("resume", "paused");
  expect((await project.orchestra("run")).exitCode).toBe(0);
  const { attempts } = await shown(project, "paused");
  const { sessionId } = attempts[0] ?? {};
  expect(attempts).toMatchObject([{ state: "cancelled" }, { resumesSession: true, sessionId }]);
  expect(project.read("work.txt")).toBe("begun\n");
});

test("what is sent while Orchestra is dead reaches the agent that lives on", async () => {
  await using stage = await setStage(claude, { orphaned: [WAITS, DONE] });
  const { project, endpoint } = stage;
  await project.orchestra(...startOf("orphaned"));
  await killed(project.start("run"), async () => atWork(project, "orphaned"));
  await project.orchestra("send", "orphaned", "Greet Grace.");
  const ended = once(project.start("run"), "exit");
  await queued(project, "orphaned");
  await letGo(project, "orphaned");
  expect(await ended).toEqual([0, null]);

  expect((await shown(project, "orphaned")).attempts).toMatchObject([{ state: "succeeded" }]);
  expect(saidTo(endpoint)).toContain("Greet Grace.");
});

test("an agent whose turn ended while Orchestra was dead hears the rest, and then ends", async () => {
  await using stage = await setStage(claude, { waited: [WAITS, DONE, { text: "Greeted." }] });
  const { project } = stage;
  await project.orchestra(...startOf("waited"));
  await killed(project.start("run"), async () => atWork(project, "waited"));
  await letGo(project, "waited");
  await printed(project, "waited", '"type":"result"');
  await project.orchestra("send", "waited", "Greet Ada.");
  expect((await project.orchestra("run")).exitCode).toBe(0);

  const { task, attempts } = await shown(project, "waited");
  expect(attempts).toMatchObject([{ state: "succeeded" }]);
  expect(task.messages).toMatchObject([{ isHeard: true }]);
});

test("what is said once the agent has ended is its next turn, at no cost of a retry", async () => {
  await using stage = await setStage(claude, { late: [claude.runs("echo x > x.txt"), DONE, DONE] });
  const { project, endpoint } = stage;
  const check = "touch checking; until [ -e go ]; do sleep 0.1; done";
  await project.orchestra(...startOf("late"), "--max-retries", "0", "-c", `sh -c '${check}'`);
  const ended = once(project.start("run"), "exit");
  await until(async () =>
    (await shown(project, "late")).task.state === "awaiting_qa" ? 1 : undefined,
  );
  await project.orchestra("send", "late", "Greet Ada.");
  await letGo(project, "late");
  expect(await ended).toEqual([0, null]);

  const { attempts } = await shown(project, "late");
  const { sessionId } = attempts[0] ?? {};
  expect(attempts).toMatchObject([
    { state: "cancelled" },
    { state: "succeeded", resumesSession: true, sessionId },
  ]);
  expect(saidTo(endpoint)).toContain("Greet Ada.");
});

/** Resolves when the agent has read what was said, and waits for a moment to take it in. */
async function queued(project: RealProject, id: string): Promise<void> {
  await printed(project, id, `"command_uuid":"${id}-m1"`);
}

function saidTo({ requests }: Stage["endpoint"]): string {
  return requests.flatMap(({ texts }) => texts.map(({ text }) => text)).join("\n");
}

/** Kills it at this moment. */
async function killed(running: ChildProcess, moment: () => Promise<unknown>): Promise<void> {
  const ended = once(running, "exit");
  await moment();
  running.kill("SIGKILL");
  await ended;
}
