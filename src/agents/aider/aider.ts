import { dirname, join } from "node:path";
import type { AgentAdapter, AgentConfig, Launch, LaunchRequest } from "../adapter.ts";
import { hasOption } from "../has-option.ts";
import { endClassifier } from "../stream-end.ts";
import { usualClassOf } from "../usual-words.ts";
import { createAiderParser } from "./parser.ts";
import { modelOption } from "../model-option.ts";

/** Aider with one message, as its source has it; it has not been run. */
export function createAiderAdapter(config: AgentConfig): AgentAdapter {
  return {
    name: "aider",
    // Its history is that of a folder, and knows no sessions.
    capabilities: { resume: false, presetSessionId: false, tokens: true, cost: true },
    launch: (request) => launch(config, request),
    createParser: createAiderParser,
    classifyEnd: endClassifier({ agent: "Aider", classOf: (text) => usualClassOf({ text }) }),
    probe: {
      args: ["--version"],
      readVersion: (stdout) => /^aider (\d+\.\d+\.\d+\S*)/.exec(stdout)?.[1],
    },
    steering: undefined,
  };
}

/** Nobody is there to be asked, or to look at anything but plain lines. */
const PLAIN = [
  "--yes-always",
  "--no-stream",
  "--no-pretty",
  "--no-check-update",
  "--no-show-model-warnings",
  "--no-analytics",
  "--no-gitignore",
  "--no-suggest-shell-commands",
] as const;

function launch(config: AgentConfig, { promptFile }: LaunchRequest): Launch {
  const [executable = "aider", ...fixedArguments] = config.command;
  // What it keeps of a conversation is no work, and does not belong into the worktree.
  const folder = dirname(promptFile);
  const histories = [
    ["--chat-history-file", join(folder, "aider.chat.md")],
    ["--input-history-file", join(folder, "aider.input")],
  ] as const;
  return {
    command: [
      executable,
      ...fixedArguments,
      ...PLAIN,
      ...histories.flatMap(([flag, file]) =>
        hasOption(fixedArguments, [flag]) ? [] : [flag, file],
      ),
      ...modelOption(config),
      "--message-file",
      promptFile,
    ],
    env: {},
    unsetEnv: [],
    stdinFile: undefined,
  };
}
