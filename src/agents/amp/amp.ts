import type { AgentAdapter, AgentConfig, Launch, LaunchRequest } from "../adapter.ts";
import { hasOption } from "../has-option.ts";
import { endClassifier } from "../stream-end.ts";
import { usualClassOf } from "../usual-words.ts";
import { createAmpParser } from "./parser.ts";

/** Amp in its execute mode, as it is documented; it has not been run. */
export function createAmpAdapter(config: AgentConfig): AgentAdapter {
  return {
    name: "amp",
    capabilities: { resume: true, presetSessionId: false, tokens: true, cost: false },
    launch: (request) => launch(config, request),
    createParser: createAmpParser,
    classifyEnd: endClassifier({ agent: "Amp", classOf: (text) => usualClassOf({ text }) }),
    probe: {
      args: ["--version"],
      readVersion: (stdout) => /^(\d+\.\d+\.\d+\S*)/.exec(stdout)?.[1],
    },
    steering: undefined,
  };
}

const PERMISSION = "--dangerously-allow-all";

/** The prompt goes in on standard input; a thread is gone on with by a command of its own. */
function launch(config: AgentConfig, { resumeSessionId, promptFile }: LaunchRequest): Launch {
  const [executable = "amp", ...fixedArguments] = config.command;
  const isAllowed = hasOption(fixedArguments, [PERMISSION]);
  return {
    command: [
      executable,
      ...fixedArguments,
      ...(resumeSessionId === undefined ? [] : ["threads", "continue", resumeSessionId]),
      "--execute",
      "--stream-json",
      ...(isAllowed ? [] : [PERMISSION]),
      ...(config.model === undefined ? [] : ["-m", config.model]),
    ],
    env: {},
    unsetEnv: [],
    stdinFile: promptFile,
  };
}
