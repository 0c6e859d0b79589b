import { dirname, join } from "node:path";
import { installPackages } from "../../install-package.ts";
import type { AgentDriver } from "../driver.ts";
import { TURN_USAGE } from "../script.ts";

/** The version that every measured fact about OpenCode is about. */
const VERSION = "1.18.33";
const PACKAGE = "opencode-ai";
const MODEL = "m";

export const opencodeDriver: AgentDriver = {
  name: "opencode",
  install: async () => {
    const versions = { [PACKAGE]: VERSION };
    const folder = await installPackages({ name: "opencode", versions, allowScripts: [PACKAGE] });
    return join(folder, "node_modules/.bin/opencode");
  },
  settings: (executable, endpointUrl) => ({
    command: [executable],
    model: `scripted/${MODEL}`,
    env: {
      OPENCODE_CONFIG_CONTENT: JSON.stringify({ provider: { scripted: provider(endpointUrl) } }),
      OPENCODE_DISABLE_MODELS_FETCH: "1",
      // It computes for seconds at each start; its last compiler never pays in the time that it lives.
      BUN_JSC_useFTLJIT: "0",
      // It installs packages of its own where it finds none; once is enough for all projects.
      XDG_CONFIG_HOME: join(dirname(executable), "../../config"),
      XDG_CACHE_HOME: join(dirname(executable), "../../cache"),
    },
  }),
  runs: (command) => ({ tool: "bash", input: { command, description: "w" } }),
  spentInTurns: (count) => ({
    usage: {
      // Chat Completions has no word for what was written to a cache.
      inputTokens: (TURN_USAGE.input + TURN_USAGE.cacheWrite) * count,
      cacheReadTokens: TURN_USAGE.cacheRead * count,
      cacheWriteTokens: 0,
      outputTokens: TURN_USAGE.output * count,
      reasoningTokens: 0,
    },
    costUsd: (4_650_000 * count) / 1e9,
  }),
  // It asks again by itself and says nothing, however long a limit lasts.
  limitedUntil: undefined,
  resetToleranceMs: undefined,
  classes: {
    busy: "timeout",
    broken: undefined,
    half: undefined,
    // It asks again without end; the end of the script is a refusal.
    garbage: "unknown",
  },
};

function provider(endpointUrl: string): object {
  return {
    npm: "@ai-sdk/openai-compatible",
    options: { baseURL: `${endpointUrl}/v1`, apiKey: "sk-scripted-key-of-a-test-0123456789" },
    models: { [MODEL]: { cost: { input: 3, output: 15, cache_read: 0.3 } } },
  };
}
