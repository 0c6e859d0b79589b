import { once } from "node:events";
import { beforeAll, expect, test } from "vitest";
import { atWork, letGo, printed, waits } from "./conversation.ts";
import { codexAppServerDriver as codex } from "./drivers/codex.ts";
import { livingProcesses } from "./living-processes.ts";
import { setStage, shown, startOf, told, usageOf } from "./stage.ts";

beforeAll(codex.install);

const WAITS = waits(codex);
const DONE = { text: "Done." };

test("Codex works a graph of tasks over its app server, exact to the token", async () => {
  await using stage = await setStage(codex, {
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
  await using stage = await setStage(codex, { steered: [WAITS, DONE] });
  const { project, endpoint } = stage;
  await project.orchestra(...startOf("steered"));
  const ended = once(project.start("run"), "exit");
  await atWork(project, "steered");
  await project.orchestra("send", "steered", "Greet Ada.");
  await printed(project, "steered", '"type":"queued"');
  await letGo(project, "steered");
  expect(await ended).toEqual([0, null]);

  const { task, attempts } = await shown(project, "steered");
  expect(attempts).toMatchObject([{ state: "succeeded", ...told(codex, 2) }]);
  expect(task.messages).toMatchObject([{ text: "Greet Ada.", isHeard: true }]);
  expect(endpoint.requests).toHaveLength(2);
  expect(endpoint.requests[1]?.prompt).toContain("Greet Ada.");
});

test("an interrupted Codex stops at once, and goes on with all that it was told", async () => {
  await using stage = await setStage(codex, {
    interrupted: [WAITS, codex.runs("echo done > other.txt"), DONE],
  });
  const { project, endpoint } = stage;
  await project.orchestra(...startOf("interrupted"));
  const ended = once(project.start("run"), "exit");
  await atWork(project, "interrupted");
  await project.orchestra("send", "interrupted", "Greet Ada.");
  await printed(project, "interrupted", '"type":"queued"');
  await project.orchestra("interrupt", "interrupted", "Do the other thing.");
  expect(await ended).toEqual([0, null]);

  const { task, attempts } = await shown(project, "interrupted");
  expect(attempts).toMatchObject([{ state: "succeeded" }]);
  expect(task.messages).toMatchObject([{ isHeard: true }, { isHeard: true }]);
  const said = endpoint.requests[1]?.texts.map(({ text }) => text).join("\n");
  expect(said).toMatch(/Greet Ada\.[^]*Do the other thing\./);
  expect(said?.match(/Greet Ada/g)).toHaveLength(1);
  expect(project.read("other.txt")).toBe("done\n");
});

test("a paused task goes on in its thread, and no token counts twice", async () => {
  await using stage = await setStage(codex, {
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
  const task = await shown(project, "paused");
  expect(task.attempts).toMatchObject([
    { state: "cancelled" },
    { state: "succeeded", resumesSession: true, sessionId: task.attempts[0]?.sessionId },
  ]);
  expect(usageOf(task)).toEqual(codex.spentInTurns(3).usage);
});
