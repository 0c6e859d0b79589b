import { commandEnd } from "./command-end.ts";
import { launch } from "./launch.ts";
import { createMappedParser } from "./mapped-parser.ts";
import type { AgentAdapter, AgentConfig } from "../adapter.ts";
import { createPlainTextParser } from "../plain-text.ts";
import { endClassifier } from "../stream-end.ts";

/**
 * Any CLI, by configuration alone: argument arrays with placeholders, and what its lines of JSON mean
 * where it prints them.
 */
export function createCommandAdapter(config: AgentConfig): AgentAdapter {
  const { name, command, resume, output } = config;
  const lines = Object.values(output?.lines ?? {});
  return {
    name: "command",
    capabilities: {
      resume: resume.length > 0,
      presetSessionId: command.some((part) => part.includes("{session_id}")),
      tokens: lines.some(({ usage }) => usage !== undefined),
      cost: lines.some(({ cost }) => cost !== undefined),
    },
    launch: (request) => launch(config, request),
    createParser: output ? (earlier) => createMappedParser(output, earlier) : createPlainTextParser,
    classifyEnd: output ? endClassifier({ agent: name, classOf: () => "unknown" }) : commandEnd,
    // Who knows what it would do, asked for a version? Maybe work.
    probe: undefined,
    steering: undefined,
  };
}
