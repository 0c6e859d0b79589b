import { dirname, join } from "node:path";
import { installPackages } from "../../install-package.ts";
import type { AgentDriver } from "../driver.ts";
import { spentInTurns } from "../script.ts";

/** The version that every measured fact about Copilot is about. */
const VERSION = "1.0.102";

export const copilotDriver: AgentDriver = {
  name: "copilot",
  install: async () => {
    const versions = { "@github/copilot": VERSION };
    const folder = await installPackages({ name: "copilot", versions });
    return join(folder, "node_modules/.bin/copilot");
  },
  settings: (executable, endpointUrl) => ({
    command: [executable],
    model: "gpt-4.1",
    env: {
      // No GitHub: neither a log-in, nor what it would fetch and report there.
      COPILOT_OFFLINE: "true",
      COPILOT_PROVIDER_BASE_URL: `${endpointUrl}/v1`,
      // It masks the values of secrets wherever it prints them, so a short one would spoil its JSON.
      COPILOT_PROVIDER_API_KEY: "sk-scripted-key-of-a-test-0123456789",
      // It unpacks itself where it finds no copy; once is enough for all projects.
      XDG_CACHE_HOME: join(dirname(executable), "../../cache"),
    },
  }),
  runs: (command) => ({ tool: "bash", input: { command, description: "w" } }),
  spentInTurns: (count) => ({ ...spentInTurns(count), costUsd: undefined }),
  limitedUntil: (resetsAtS) => ({
    status: 429,
    // Told to wait for long, it gives up at once, and tells the time to nobody.
    headers: { "retry-after": String(Math.ceil(resetsAtS - Date.now() / 1_000)) },
    error: { type: "usage_limit_reached", message: "The usage limit has been reached" },
  }),
  resetToleranceMs: undefined,
  refusalsNeeded: 3,
};
