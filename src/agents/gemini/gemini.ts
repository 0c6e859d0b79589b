import type { AgentAdapter, AgentConfig } from "../adapter.ts";
import { classifyEnd } from "./classify-end.ts";
import { launch, openSession } from "./launch.ts";
import { createGeminiParser } from "./parser.ts";

/** Gemini CLI in its headless mode, as measured on 0.61.0. */
export function createGeminiAdapter(config: AgentConfig): AgentAdapter {
  return {
    name: "gemini",
    // It would take a session's id, but keeps no session whose first call failed: the parser tells
    // of one when there is something to go on with.
    capabilities: { resume: true, presetSessionId: false, tokens: true, cost: false },
    launch: (request) => launch(config, request),
    openSession: (sessionId) => openSession(config, sessionId),
    createParser: createGeminiParser,
    classifyEnd,
    probe: {
      args: ["--version"],
      readVersion: (stdout) => /^(\d+\.\d+\.\d+\S*)\s*$/.exec(stdout)?.[1],
    },
    // It reads its input once; only its agent client protocol listens.
    steering: undefined,
  };
}
