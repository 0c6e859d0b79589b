import type { AgentConfig, LaunchRequest } from "../adapter.ts";

/** An agent's configuration that says nothing unusual. */
export function anAgentConfig(config: Partial<AgentConfig> = {}): AgentConfig {
  return {
    name: "mine",
    adapter: "command",
    command: ["my-agent", "--yes"],
    model: undefined,
    promptBy: "argument",
    resume: [],
    output: undefined,
    template: undefined,
    permissions: "allow",
    env: {},
    limit: undefined,
    ...config,
  };
}

/** A launch of a new session. */
export function aLaunchRequest(request: Partial<LaunchRequest> = {}): LaunchRequest {
  return {
    prompt: "Fix it.",
    promptFile: "/attempts/k3f9-1/prompt.md",
    usageFile: "/attempts/k3f9-1/usage",
    taskId: "k3f9",
    attemptId: "k3f9-1",
    workspacePath: "/worktrees/k3f9",
    sessionId: undefined,
    resumeSessionId: undefined,
    ...request,
  };
}
