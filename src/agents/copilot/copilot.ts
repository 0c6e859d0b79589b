import type { AgentAdapter, AgentConfig } from "../adapter.ts";
import { endClassifier } from "../stream-end.ts";
import { classOfError, detailOf } from "./failure.ts";
import { launch, openSession } from "./launch.ts";
import { createCopilotParser } from "./parser.ts";
import { readUsageFile } from "./spending.ts";

/** GitHub Copilot CLI in its headless mode, `copilot --output-format json`, as measured on 1.0.102. */
export function createCopilotAdapter(config: AgentConfig): AgentAdapter {
  return {
    name: "copilot",
    capabilities: { resume: true, presetSessionId: true, tokens: true, cost: false },
    launch: (request) => launch(config, request),
    openSession: (sessionId) => openSession(config, sessionId),
    createParser: createCopilotParser,
    readUsageFile,
    classifyEnd: endClassifier({
      agent: "Copilot",
      detailOf,
      classOf: (text) => classOfError({ text }),
    }),
    probe: {
      // Without the first, a newer one that was downloaded answers, and would not be the one at work.
      args: ["--no-auto-update", "--version"],
      readVersion: (stdout) =>
        /^GitHub Copilot CLI (\d+(?:\.\d+)+(?:-[\w.]*\w)?)/.exec(stdout)?.[1],
    },
    // It reads its input once; only its server listens.
    steering: undefined,
  };
}
