import { join } from "node:path";
import { installPackages } from "../../install-package.ts";
import type { AgentDriver } from "../driver.ts";
import { spentInTurns } from "../script.ts";

/** The version that every measured fact about Codex is about. */
const VERSION = "0.169.0";

export const codexDriver: AgentDriver = {
  name: "codex",
  install: async () => {
    const folder = await installPackages({ name: "codex", versions: { "@openai/codex": VERSION } });
    return join(folder, "node_modules/.bin/codex");
  },
  settings: (executable, endpointUrl) => ({
    command: [
      executable,
      "-c",
      "model_provider=scripted",
      "-c",
      `model_providers.scripted={name="scripted",base_url="${endpointUrl}/v1",env_key="SCRIPTED_KEY",wire_api="responses",request_max_retries=0,stream_max_retries=0}`,
    ],
    model: "gpt-5",
    env: { SCRIPTED_KEY: "sk-scripted-key-of-a-test-0123456789" },
  }),
  runs: (command) => ({ tool: "exec_command", input: { cmd: command } }),
  spentInTurns: (count) => ({ ...spentInTurns(count), costUsd: undefined }),
  limitedUntil: (resetsAtS) => ({
    status: 429,
    error: {
      type: "usage_limit_reached",
      message: "The usage limit has been reached",
      plan_type: "plus",
      resets_at: resetsAtS,
    },
  }),
  resetToleranceMs: 60_000,
};

/** The same over its app server, which listens while it works. */
export const codexAppServerDriver: AgentDriver = {
  ...codexDriver,
  settings: (executable, endpointUrl) => {
    const { command, ...rest } = codexDriver.settings(executable, endpointUrl);
    return { ...rest, command: [...command, "app-server"] };
  },
};
