import type { AgentAdapter, AgentConfig, Launch, LaunchRequest } from "../adapter.ts";
import { hasOption } from "../has-option.ts";
import { endClassifier } from "../stream-end.ts";
import { usualClassOf } from "../usual-words.ts";
import { createCursorParser } from "./parser.ts";
import { modelOption } from "../model-option.ts";

/** Cursor's CLI in its headless mode, as it is documented; it has not been run. */
export function createCursorAdapter(config: AgentConfig): AgentAdapter {
  return {
    name: "cursor",
    capabilities: { resume: true, presetSessionId: false, tokens: true, cost: false },
    launch: (request) => launch(config, request),
    createParser: createCursorParser,
    // A failure is told on standard error alone.
    classifyEnd: endClassifier({ agent: "Cursor", classOf: (text) => usualClassOf({ text }) }),
    probe: {
      executable: "cursor-agent",
      args: ["--version"],
      readVersion: (stdout) => /^(\d{4}\.\d{2}\.\d{2}\S*)\s*$/.exec(stdout)?.[1],
    },
    steering: undefined,
  };
}

const PERMISSION_FLAGS = ["--force", "-f", "--yolo", "--mode", "--plan"] as const;

function launch(config: AgentConfig, request: LaunchRequest): Launch {
  const [executable = "cursor-agent", ...fixedArguments] = config.command;
  const { resumeSessionId, promptFile } = request;
  return {
    command: [
      executable,
      ...fixedArguments,
      "--print",
      "--output-format",
      "stream-json",
      // Every worktree is a folder that it does not know yet, and nobody is there to be asked.
      ...(hasOption(fixedArguments, ["--trust"]) ? [] : ["--trust"]),
      ...(hasOption(fixedArguments, PERMISSION_FLAGS) ? [] : ["--force"]),
      ...modelOption(config),
      ...(resumeSessionId === undefined ? [] : ["--resume", resumeSessionId]),
    ],
    env: {},
    unsetEnv: [],
    stdinFile: promptFile,
  };
}
