import type { AgentAdapter, AgentConfig } from "../adapter.ts";
import { endClassifier } from "../stream-end.ts";
import { classOfError, detailOf } from "./failure.ts";
import { launch, openSession } from "./launch.ts";
import { createOpencodeParser } from "./parser.ts";

/** OpenCode in its headless mode, `opencode run --format json`, as measured on 1.18.33. */
export function createOpencodeAdapter(config: AgentConfig): AgentAdapter {
  return {
    name: "opencode",
    capabilities: { resume: true, presetSessionId: false, tokens: true, cost: true },
    launch: (request) => launch(config, request),
    openSession: (sessionId) => openSession(config, sessionId),
    createParser: createOpencodeParser,
    classifyEnd: endClassifier({
      agent: "OpenCode",
      detailOf,
      classOf: (text) => classOfError({ text }),
    }),
    probe: {
      args: ["--version"],
      readVersion: (stdout) => /^(\d+\.\d+\.\d+\S*)\s*$/.exec(stdout)?.[1],
    },
    // `run` reads its input once; only the server listens.
    steering: undefined,
  };
}
