import { expect, test } from "vitest";
import { claudeDriver, usageLimit } from "./drivers/claude.ts";
import { codexDriver } from "./drivers/codex.ts";
import { createProject } from "./real-project.ts";
import { startScriptedEndpoint } from "./scripted-endpoint.ts";
import { setStage, shown, startOf, told } from "./stage.ts";

test("a usage limit that is over costs no retry, and the session goes on by itself", async () => {
  const resetsAtS = Math.floor(Date.now() / 1_000) + 10;
  await using stage = await setStage(claudeDriver, {
    limited: [
      claudeDriver.runs("echo begun > work.txt"),
      usageLimit(resetsAtS),
      { text: "Now I could finish." },
    ],
  });
  const { project } = stage;
  await project.orchestra(...startOf("limited"), "--max-retries", "0");

  expect((await project.orchestra("run")).exitCode).toBe(0);
  const { task, attempts } = await shown(project, "limited");
  expect(task).toMatchObject({ state: "complete", failureCount: 0 });
  expect(attempts).toMatchObject([
    { failure: { class: "quota", resetAtMs: resetsAtS * 1_000 } },
    { resumesSession: true, sessionId: attempts[0]?.sessionId },
  ]);
  expect(project.read("work.txt")).toBe("begun\n");
});

test("at a usage limit the next agent of a list goes on from the work as it is", async () => {
  const resetsAtS = Math.floor(Date.now() / 1_000) + 7_200;
  await using endpoint = await startScriptedEndpoint({
    shared: [
      claudeDriver.runs("echo begun > work.txt"),
      usageLimit(resetsAtS),
      codexDriver.runs("echo done >> work.txt"),
      { text: "Finished for the other." },
    ],
  });
  const claude = claudeDriver.settings(await claudeDriver.install(), endpoint.url);
  const codex = codexDriver.settings(await codexDriver.install(), endpoint.url);
  using project = createProject(JSON.stringify({ agents: { claude, codex } }));
  const [start = "", prompt = "", ...options] = startOf("shared");
  await project.orchestra(start, "claude,codex", prompt, ...options, "--max-retries", "0");

  expect((await project.orchestra("run")).exitCode).toBe(0);
  const { task, attempts } = await shown(project, "shared");
  expect(task).toMatchObject({ state: "complete", failureCount: 0 });
  expect(attempts).toMatchObject([
    { agent: "claude", failure: { class: "quota" }, ...told(claudeDriver, 1) },
    { agent: "codex", state: "succeeded", resumesSession: false, ...told(codexDriver, 2) },
  ]);
  expect(project.read("work.txt")).toBe("begun\ndone\n");
});
