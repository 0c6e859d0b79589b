import type { AgentAdapter, AgentConfig, Launch, LaunchRequest } from "../adapter.ts";
import { endClassifier } from "../stream-end.ts";
import { usualClassOf } from "../usual-words.ts";
import { createGooseParser } from "./parser.ts";
import { modelOption } from "../model-option.ts";

/** Goose in its run mode, as its source has it; it has not been run. */
export function createGooseAdapter(config: AgentConfig): AgentAdapter {
  return {
    name: "goose",
    // Its stream tells no session; a name of our own stands for one.
    capabilities: { resume: true, presetSessionId: true, tokens: true, cost: true },
    launch: (request) => launch(config, request),
    createParser: createGooseParser,
    classifyEnd: endClassifier({ agent: "Goose", classOf: (text) => usualClassOf({ text }) }),
    probe: {
      args: ["--version"],
      readVersion: (stdout) => /^\s*(?:goose )?(\d+\.\d+\.\d+\S*)\s*$/.exec(stdout)?.[1],
    },
    steering: undefined,
  };
}

function launch(config: AgentConfig, request: LaunchRequest): Launch {
  const [executable = "goose", ...fixedArguments] = config.command;
  const { sessionId, resumeSessionId, promptFile } = request;
  const name = resumeSessionId ?? sessionId;
  return {
    command: [
      executable,
      ...fixedArguments,
      "run",
      "--quiet",
      "--output-format",
      "stream-json",
      ...modelOption(config),
      ...(resumeSessionId === undefined ? [] : ["--resume"]),
      ...(name === undefined ? ["--no-session"] : ["--name", name]),
      "--instructions",
      promptFile,
    ],
    // Nobody is there to be asked.
    env: { GOOSE_MODE: "auto" },
    unsetEnv: [],
    stdinFile: undefined,
  };
}
