import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { adapterFor } from "../../src/agents/adapters.ts";
import type { AgentEvent } from "../../src/agents/adapter.ts";
import { readLines } from "../../src/agents/bridge/read-lines.ts";
import { aLaunchRequest, anAgentConfig } from "../../src/agents/testing/requests.ts";
import { atWork, waits } from "./conversation.ts";
import { claudeAcpDriver, geminiAcpDriver as driver } from "./drivers/acp.ts";
import { startScriptedEndpoint } from "./scripted-endpoint.ts";
import { setStage, shown, startOf } from "./stage.ts";

test("a real agent of the protocol is told more, interrupted, and goes on with what is said", async () => {
  using place = aPlace();
  await using endpoint = await startScriptedEndpoint({
    steered: [{ text: "Begun." }, { hang: true, text: "A long thought." }, { text: "Stopped." }],
  });
  const settings = driver.settings(await driver.install(), endpoint.url);
  const config = anAgentConfig({ adapter: "acp", ...settings });
  const adapter = await adapterFor(config, import.meta.dirname);
  const promptFile = join(place.root, "prompt.md");
  writeFileSync(promptFile, "[script:steered] Begin.");
  const [executable = "", ...args] = adapter.launch(aLaunchRequest({ promptFile })).command;
  const child = spawn(executable, args, {
    cwd: place.root,
    env: { PATH: process.env["PATH"], HOME: place.root, ...settings.env },
    stdio: ["pipe", "pipe", "ignore"],
  });
  const say = (id: string): boolean =>
    child.stdin.write(adapter.steering?.message("[script:steered] Go on.", id));
  const interrupt = (): void => {
    child.stdin.write(adapter.steering?.interrupt("r-1"));
    say("m-2");
    child.stdin.end();
  };
  say("m-1");

  const parser = adapter.createParser();
  const events: AgentEvent[] = [];
  const ended = once(child, "exit");
  await readLines(child.stdout, (line) => {
    events.push(...parser.push(line));
    if (line.includes("A long thought.")) interrupt();
  });
  await ended;

  expect(child.exitCode).toBe(0);
  expect(events.filter(({ kind }) => kind === "result")).toMatchObject([
    { isError: false, text: "Begun." },
    { isError: true },
    { isError: false, text: "Stopped." },
  ]);
  expect(parser.report()).toMatchObject({
    heard: ["k3f9-1", "m-1", "m-2"],
    isTurnOver: true,
    failure: undefined,
  });
});

test("one that listens hears what is sent while it works, and is interrupted at once after that", async () => {
  const done = { text: "Done." };
  await using stage = await setStage(claudeAcpDriver, {
    steered: [waits(claudeAcpDriver), done, done, done],
  });
  const { project, endpoint } = stage;
  await project.orchestra(...startOf("steered"));
  const ended = once(project.start("run"), "exit");
  await atWork(project, "steered");
  await project.orchestra("send", "steered", "Greet Ada.");
  await project.orchestra("interrupt", "steered", "Do the other thing.");
  expect(await ended).toEqual([0, null]);

  const { task, attempts } = await shown(project, "steered");
  expect(attempts).toMatchObject([{ state: "succeeded" }]);
  expect(task.messages).toMatchObject([{ isHeard: true }, { isHeard: true }]);
  const said = endpoint.requests
    .at(-1)
    ?.texts.map(({ text }) => text)
    .join("\n");
  expect(said).toMatch(/Greet Ada\.[^]*Do the other thing\./);
});

function aPlace(): { readonly root: string } & Disposable {
  const root = mkdtempSync(join(tmpdir(), "orchestra-acp-"));
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) };
}
