import { API_KEY } from "../claude-env.ts";
import type { AgentDriver } from "../driver.ts";
import { installClaude } from "../install-claude.ts";
import { spentInTurns, type Turn } from "../script.ts";

export const claudeDriver: AgentDriver = {
  name: "claude",
  install: installClaude,
  settings: (executable, endpointUrl) => ({
    command: [executable],
    model: "claude-sonnet-4-5",
    env: {
      ...API_KEY,
      ANTHROPIC_BASE_URL: endpointUrl,
      CLAUDE_CODE_MAX_RETRIES: "0",
      DISABLE_TELEMETRY: "1",
    },
  }),
  runs: (command) => ({ tool: "Bash", input: { command, description: "w" } }),
  spentInTurns,
  limitedUntil: usageLimit,
  resetToleranceMs: 0,
};

/** A usage limit in the words of Claude Code's old builds, which tell seconds. */
export function usageLimit(resetsAtS: number): Turn {
  const message = `Claude AI usage limit reached|${resetsAtS}`;
  return { status: 429, error: { type: "rate_limit_error", message } };
}
