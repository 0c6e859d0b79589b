import type { AgentAdapter, AgentConfig } from "../adapter.ts";
import { classifyEnd } from "./classify-end.ts";
import { launch, openSession } from "./launch.ts";
import { createClaudeParser } from "./parser.ts";
import { steering } from "./steering.ts";

/** Claude Code in its headless mode, as measured on 2.1.329. */
export function createClaudeAdapter(
  config: AgentConfig,
  { isRoot }: { readonly isRoot: boolean },
): AgentAdapter {
  return {
    name: "claude",
    capabilities: { resume: true, presetSessionId: true, tokens: true, cost: true },
    launch: (request) => launch(config, isRoot, request),
    openSession: (sessionId) => openSession(config, sessionId),
    createParser: createClaudeParser,
    classifyEnd,
    probe: {
      args: ["--version"],
      readVersion: (stdout) => /^(\d+(?:\.\d+)+\S*) \(Claude Code\)/.exec(stdout)?.[1],
    },
    steering,
  };
}
