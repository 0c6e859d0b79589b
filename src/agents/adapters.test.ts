import { expect, test } from "vitest";
import { adapterFor } from "./adapters.ts";
import { anAgentConfig } from "./testing/requests.ts";

test.each([
  "claude",
  "codex",
  "opencode",
  "copilot",
  "gemini",
  "qwen",
  "cursor",
  "amp",
  "auggie",
  "goose",
  "aider",
  "acp",
  "command",
])("the adapter %s is found by its name", async (adapter) => {
  expect((await adapterFor(anAgentConfig({ adapter }), "/nowhere")).name).toBe(adapter);
});

test.each(["cloud", "", "__proto__", "constructor"])(
  "an unknown adapter %j is refused, with those that there are",
  async (adapter) => {
    await expect(adapterFor(anAgentConfig({ adapter }), "/nowhere")).rejects.toMatchObject({
      code: "UNKNOWN_AGENT",
      message: expect.stringMatching(/agents\.mine\.adapter.*claude, codex, .*command/),
    });
  },
);

test.each([
  ["claude", ["--model", "small", "--resume", "id"]],
  ["codex", ["resume", "id", "--model", "small"]],
  ["opencode", ["--model", "small", "--session", "id"]],
  ["copilot", ["--model", "small", "--resume=id"]],
  ["gemini", ["--skip-trust", "--model", "small", "--resume", "id"]],
  ["qwen", ["--model", "small", "--resume", "id"]],
])("a person opens a session of %s with %j", async (name, words) => {
  const adapter = await adapterFor(
    anAgentConfig({ adapter: name, command: [name, "--mine"], model: "small" }),
    "/code/shop",
  );
  expect(adapter.openSession?.("id").command).toEqual([name, "--mine", ...words]);
});

test("what a command of one's own has for sessions, nobody knows", async () => {
  expect(
    (await adapterFor(anAgentConfig({ adapter: "command" }), "/code/shop")).openSession,
  ).toBeUndefined();
});
