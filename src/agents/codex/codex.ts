import type { AdapterContext } from "../adapters.ts";
import type { AgentAdapter, AgentConfig } from "../adapter.ts";
import { steering } from "../bridge/steering.ts";
import { classifyEnd } from "./classify-end.ts";
import { APP_SERVER, isAppServer, launch, launchAppServer, openSession } from "./launch.ts";
import { createCodexParser } from "./parser.ts";

/**
 * Codex as measured on 0.169.0: in its headless mode, `codex exec --json`, or, where the command names
 * it, over its app server, which listens.
 */
export function createCodexAdapter(
  config: AgentConfig,
  { timeZone, codexBridge }: Pick<AdapterContext, "timeZone" | "codexBridge">,
): AgentAdapter {
  const zone = config.env["TZ"] ?? timeZone;
  const listens = isAppServer(config);
  return {
    name: "codex",
    capabilities: { resume: true, presetSessionId: false, tokens: true, cost: false },
    launch: (request) =>
      listens ? launchAppServer(config, codexBridge, request) : launch(config, request),
    openSession: (sessionId) => openSession(config, sessionId),
    createParser: (earlier) => createCodexParser(zone, earlier),
    classifyEnd,
    probe: {
      args: ["--version"],
      leavesOut: [APP_SERVER],
      readVersion: (stdout) => /^codex-cli (\d+(?:\.\d+)+\S*)/.exec(stdout)?.[1],
    },
    // `exec` reads its input once.
    steering: listens ? steering : undefined,
  };
}
