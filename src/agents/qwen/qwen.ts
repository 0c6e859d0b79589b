import type { AgentAdapter, AgentConfig } from "../adapter.ts";
import { classifyEnd } from "./classify-end.ts";
import { launch, openSession } from "./launch.ts";
import { createQwenParser } from "./parser.ts";

/** Qwen Code in its headless mode, as measured on 0.24.4. */
export function createQwenAdapter(config: AgentConfig): AgentAdapter {
  return {
    name: "qwen",
    capabilities: { resume: true, presetSessionId: true, tokens: true, cost: false },
    launch: (request) => launch(config, request),
    openSession: (sessionId) => openSession(config, sessionId),
    createParser: createQwenParser,
    classifyEnd,
    probe: {
      args: ["--version"],
      readVersion: (stdout) => /^(\d+\.\d+\.\d+\S*)\s*$/.exec(stdout)?.[1],
    },
    // It would listen with another format of input, which has not been measured.
    steering: undefined,
  };
}
