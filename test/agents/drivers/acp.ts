import type { AgentDriver } from "../driver.ts";
import { TURN_USAGE } from "../script.ts";
import { geminiDriver } from "./gemini.ts";
import { qwenDriver } from "./qwen.ts";

/** Gemini CLI as an agent of the Agent Client Protocol; it tells what it used in `_meta.quota`. */
export const geminiAcpDriver: AgentDriver = {
  ...overAcp(geminiDriver),
  // It names its file by the minute, and what it loads in the same minute it writes over.
  resumesLate: "loads no session in the minute in which it began",
  spentInTurns: (count) => ({
    usage: {
      // Cached tokens are a part of the input, and nothing tells how many.
      inputTokens: (TURN_USAGE.input + TURN_USAGE.cacheRead + TURN_USAGE.cacheWrite) * count,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
      outputTokens: TURN_USAGE.output * count,
      reasoningTokens: 0,
    },
    costUsd: undefined,
  }),
};

/** Qwen Code in the same way; each call of its model tells what it used in `_meta.usage`. */
export const qwenAcpDriver: AgentDriver = {
  ...overAcp(qwenDriver),
  settings: (executable, endpointUrl) => {
    const { model = "", ...rest } = overAcp(qwenDriver).settings(executable, endpointUrl);
    return {
      // In its usual mode it asks its model what may be done unasked: turns of no script.
      command: [...rest.command, "--approval-mode", "yolo"],
      // A session may choose among the models of its settings alone.
      env: { ...rest.env, OPENAI_MODEL: model },
    };
  },
};

function overAcp(driver: AgentDriver): AgentDriver {
  return {
    ...driver,
    name: `${driver.name}-acp`,
    adapter: "acp",
    settings: (executable, endpointUrl) => {
      const { command, ...rest } = driver.settings(executable, endpointUrl);
      return { ...rest, command: [...command, "--acp"] };
    },
  };
}
