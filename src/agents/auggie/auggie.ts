import type {
  AgentAdapter,
  AgentConfig,
  AgentEvent,
  Launch,
  LaunchRequest,
  StreamParser,
} from "../adapter.ts";
import { eventText, withMessage } from "../bounds.ts";
import { readResult } from "../claude-like.ts";
import type { Fields } from "../json-fields.ts";
import {
  createLineParser,
  nothingTold,
  type LineReaders,
  type StreamState,
} from "../json-lines.ts";
import { endClassifier } from "../stream-end.ts";
import { usualClassOf } from "../usual-words.ts";
import { modelOption } from "../model-option.ts";

/** Auggie in its print mode, as it is documented; it has not been run. */
export function createAuggieAdapter(config: AgentConfig): AgentAdapter {
  return {
    name: "auggie",
    capabilities: { resume: true, presetSessionId: false, tokens: false, cost: false },
    launch: (request) => launch(config, request),
    createParser: createAuggieParser,
    classifyEnd: endClassifier({ agent: "Auggie", classOf: (text) => usualClassOf({ text }) }),
    probe: {
      args: ["--version"],
      readVersion: (stdout) => /^(\d+\.\d+\.\d+\S*)/.exec(stdout)?.[1],
    },
    steering: undefined,
  };
}

function launch(config: AgentConfig, request: LaunchRequest): Launch {
  const [executable = "auggie", ...fixedArguments] = config.command;
  const { resumeSessionId, workspacePath, promptFile } = request;
  return {
    command: [
      executable,
      ...fixedArguments,
      "--print",
      "--quiet",
      "--output-format",
      "json",
      "--workspace-root",
      workspacePath,
      ...modelOption(config),
      ...(resumeSessionId === undefined ? [] : ["--resume", resumeSessionId]),
      "--instruction-file",
      promptFile,
    ],
    env: {},
    unsetEnv: [],
    stdinFile: undefined,
  };
}

const READERS: LineReaders<StreamState> = { byType: new Map([["result", readOnly]]) };

/** Reads the one object that `auggie --print --output-format json` prints, when it ends. */
function createAuggieParser(): StreamParser {
  return createLineParser(nothingTold(), READERS);
}

function readOnly(stream: StreamState, line: Fields): readonly AgentEvent[] {
  stream.sessionId = undefined;
  const end = readResult("Auggie", stream, line);
  const { sessionId, resultText = "" } = stream;
  stream.lastMessages = withMessage(stream.lastMessages, resultText);
  stream.hasOutput ||= resultText !== "";
  return [
    ...(sessionId === undefined ? [] : [{ kind: "session", sessionId, model: undefined } as const]),
    ...(resultText === "" ? [] : [{ kind: "text", text: eventText(resultText) } as const]),
    end,
  ];
}
