import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { installPackages } from "../../install-package.ts";
import type { AgentDriver } from "../driver.ts";
import { TURN_USAGE, type Turn } from "../script.ts";

/** The version that every measured fact about Gemini CLI is about. */
const VERSION = "0.61.0";
const PACKAGE = "@google/gemini-cli";

export const geminiDriver: AgentDriver = {
  name: "gemini",
  install: async () => {
    const versions = { [PACKAGE]: VERSION };
    const folder = await installPackages({ name: "gemini", versions });
    const executable = join(folder, "node_modules/.bin/gemini");
    await keepSettings(homeOf(executable));
    return executable;
  },
  settings: (executable, endpointUrl) => ({
    command: [executable],
    model: "gemini-2.5-pro",
    env: {
      GEMINI_API_KEY: "scripted-key-of-a-test-0123456789",
      GOOGLE_GEMINI_BASE_URL: endpointUrl,
      GEMINI_CLI_HOME: homeOf(executable),
    },
  }),
  runs: (command) => ({ tool: "run_shell_command", input: { command, description: "w" } }),
  spentInTurns: (count) => ({
    usage: {
      // The API has no word for what was written to a cache.
      inputTokens: (TURN_USAGE.input + TURN_USAGE.cacheWrite) * count,
      cacheReadTokens: TURN_USAGE.cacheRead * count,
      cacheWriteTokens: 0,
      outputTokens: TURN_USAGE.output * count,
      reasoningTokens: 0,
    },
    costUsd: undefined,
  }),
  limitedUntil: usageLimit,
  resetToleranceMs: 60_000,
};

/** In place of the user's home, which has settings and sessions. */
function homeOf(executable: string): string {
  return join(dirname(executable), "../../home");
}

/** With an endpoint of one's own, how to log in has to be in a file: no variable says it. */
async function keepSettings(home: string): Promise<void> {
  const settings = {
    security: { auth: { selectedType: "gemini-api-key" } },
    // One answer is one turn of the script.
    general: { maxAttempts: 1 },
  };
  await mkdir(join(home, ".gemini"), { recursive: true });
  await writeFile(join(home, ".gemini/settings.json"), JSON.stringify(settings));
}

/** Google tells how long a limit lasts, and the CLI waits for it where that is minutes. */
function usageLimit(resetsAtS: number): Turn {
  const lastsS = resetsAtS - Math.floor(Date.now() / 1_000);
  const details = [
    { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: `${lastsS}s` },
  ];
  const message = "You exceeded your current quota, please check your plan and billing details.";
  return { status: 429, error: { type: "rate_limit_error", message, details } };
}
