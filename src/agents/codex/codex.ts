import type { AdapterContext } from "../adapters.ts";
import type { AgentAdapter, AgentConfig } from "../adapter.ts";
import { classifyEnd } from "./classify-end.ts";
import { launch, openSession } from "./launch.ts";
import { createCodexParser } from "./parser.ts";

/** Codex in its headless mode, `codex exec --json`, as measured on 0.169.0. */
export function createCodexAdapter(
  config: AgentConfig,
  { timeZone }: Pick<AdapterContext, "timeZone">,
): AgentAdapter {
  const zone = config.env["TZ"] ?? timeZone;
  return {
    name: "codex",
    capabilities: { resume: true, presetSessionId: false, tokens: true, cost: false },
    launch: (request) => launch(config, request),
    openSession: (sessionId) => openSession(config, sessionId),
    createParser: (earlier) => createCodexParser(zone, earlier),
    classifyEnd,
    probe: {
      args: ["--version"],
      readVersion: (stdout) => /^codex-cli (\d+(?:\.\d+)+\S*)/.exec(stdout)?.[1],
    },
    // `exec` reads its input once; only the app server listens.
    steering: undefined,
  };
}
