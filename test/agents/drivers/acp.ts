import { dirname, join } from "node:path";
import { installPackages } from "../../install-package.ts";
import type { AgentDriver } from "../driver.ts";
import { CLAUDE_VERSION } from "../install-claude.ts";
import { TURN_USAGE } from "../script.ts";
import { claudeDriver } from "./claude.ts";
import { geminiDriver } from "./gemini.ts";
import { opencodeDriver } from "./opencode.ts";
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

/** OpenCode in the same way; it tells, with the answer to a prompt, what the last call of its model used. */
export const opencodeAcpDriver: AgentDriver = {
  ...overAcp(opencodeDriver, "acp"),
  spentInTurns: () => ({ usage: opencodeDriver.spentInTurns(1).usage, costUsd: undefined }),
};

const CLAUDE_ACP = "@agentclientprotocol/claude-agent-acp";

/** Claude Code by way of the adapter that editors use; it tells what a session has cost, and listens. */
export const claudeAcpDriver: AgentDriver = {
  ...overAcp(claudeDriver),
  install: async () => {
    const versions = { [CLAUDE_ACP]: "0.100.0" };
    // Optional for it is a Claude Code of its own.
    const folder = await installPackages({ name: "claude-agent-acp", versions, isBare: true });
    await claudeDriver.install();
    return join(folder, "node_modules/.bin/claude-agent-acp");
  },
  settings: (executable, endpointUrl) => {
    const { env, model = "" } = claudeDriver.settings(executable, endpointUrl);
    // Installed beside it.
    const claude = `claude-code-${CLAUDE_VERSION}/node_modules/.bin/claude`;
    return {
      command: [executable],
      env: {
        ...env,
        ANTHROPIC_MODEL: model,
        CLAUDE_CODE_EXECUTABLE: join(dirname(executable), "../../..", claude),
        CLAUDE_CODE_ENABLE_PROMPT_SUGGESTION: "false",
      },
    };
  },
};

function overAcp(driver: AgentDriver, argument = "--acp"): AgentDriver {
  return {
    ...driver,
    name: `${driver.name}-acp`,
    adapter: "acp",
    settings: (executable, endpointUrl) => {
      const { command, ...rest } = driver.settings(executable, endpointUrl);
      return { ...rest, command: [...command, argument] };
    },
  };
}
