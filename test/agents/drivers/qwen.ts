import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { installPackages } from "../../install-package.ts";
import type { AgentDriver } from "../driver.ts";
import { TURN_USAGE, type Turn } from "../script.ts";

/** The version that every measured fact about Qwen Code is about. */
const VERSION = "0.24.4";
const PACKAGE = "@qwen-code/qwen-code";

export const qwenDriver: AgentDriver = {
  name: "qwen",
  install: async () => {
    const folder = await installPackages({ name: "qwen", versions: { [PACKAGE]: VERSION } });
    const executable = join(folder, "node_modules/.bin/qwen");
    await keepSettings(homeOf(executable));
    return executable;
  },
  settings: (executable, endpointUrl) => ({
    command: [executable, "--auth-type", "openai"],
    model: "m",
    env: {
      OPENAI_API_KEY: "sk-scripted-key-of-a-test-0123456789",
      OPENAI_BASE_URL: `${endpointUrl}/v1`,
      QWEN_HOME: homeOf(executable),
    },
  }),
  runs: (command) => ({
    tool: "run_shell_command",
    input: { command, description: "w", is_background: false },
  }),
  spentInTurns: (count) => ({
    usage: {
      // Chat Completions has no word for what was written to a cache.
      inputTokens: (TURN_USAGE.input + TURN_USAGE.cacheWrite) * count,
      cacheReadTokens: TURN_USAGE.cacheRead * count,
      cacheWriteTokens: 0,
      outputTokens: TURN_USAGE.output * count,
      reasoningTokens: 0,
    },
    costUsd: undefined,
  }),
  limitedUntil: usageLimit,
  resetToleranceMs: 0,
  // It asks again for more than a minute, which no setting changes.
  classes: { broken: undefined },
};

/** In place of the user's folder for settings and sessions. */
function homeOf(executable: string): string {
  return join(dirname(executable), "../../home");
}

async function keepSettings(home: string): Promise<void> {
  const settings = {
    model: { generationConfig: { maxRetries: 0 } },
    // What it remembers of a session it asks its model in the background: turns of no script.
    memory: { enableManagedAutoMemory: false, enableManagedAutoDream: false },
  };
  await mkdir(home, { recursive: true });
  await writeFile(join(home, "settings.json"), JSON.stringify(settings));
}

/** The words by which it knows a limit that waiting minutes does not end. */
function usageLimit(resetsAtS: number): Turn {
  const resetsAt = new Date(resetsAtS * 1_000).toISOString();
  const message = `Your quota has been exhausted. It will reset at ${resetsAt}.`;
  return { status: 429, error: { type: "insufficient_quota", message } };
}
