import type { AdapterContext } from "../adapters.ts";
import type { AgentAdapter, AgentConfig } from "../adapter.ts";
import { endClassifier } from "../stream-end.ts";
import { classOfWords } from "./failure.ts";
import { launch } from "./launch.ts";
import { createAcpParser } from "./parser.ts";
import { steering } from "../bridge/steering.ts";

/** Any agent of the Agent Client Protocol, version 1, by way of a bridge that speaks with it. */
export function createAcpAdapter(
  config: AgentConfig,
  { acpBridge }: Pick<AdapterContext, "acpBridge">,
): AgentAdapter {
  return {
    name: "acp",
    // What the agent at hand can do, it tells when it is greeted.
    capabilities: { resume: true, presetSessionId: false, tokens: true, cost: true },
    launch: (request) => launch(config, acpBridge, request),
    createParser: createAcpParser,
    classifyEnd: endClassifier({ agent: "The ACP agent", classOf: classOfWords }),
    // Its executable may be anything; whether it speaks the protocol is told by a trial.
    probe: undefined,
    steering,
  };
}
