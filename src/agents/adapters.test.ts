import { expect, test } from "vitest";
import { adapterFor } from "./adapters.ts";
import { anAgentConfig } from "./testing/requests.ts";

test.each(["claude", "codex", "opencode", "copilot", "gemini", "qwen", "command"])(
  "the adapter %s is found by its name",
  async (adapter) => {
    expect((await adapterFor(anAgentConfig({ adapter }))).name).toBe(adapter);
  },
);

test.each(["cloud", "", "__proto__", "constructor"])(
  "an unknown adapter %j is refused, with those that there are",
  async (adapter) => {
    await expect(adapterFor(anAgentConfig({ adapter }))).rejects.toMatchObject({
      code: "UNKNOWN_AGENT",
      message: expect.stringMatching(/agents\.mine\.adapter.*claude, codex, .*command/),
    });
  },
);
