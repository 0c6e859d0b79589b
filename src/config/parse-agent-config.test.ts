import { expect, test } from "vitest";
import { BASIC_PROMPT, parseAgentConfig } from "./parse-agent-config.ts";

function parsed(name: string, more: object) {
  const text = JSON.stringify({ agents: { [name]: { command: "sh", args: [], ...more } } });
  return parseAgentConfig("agent-config.json", text)[name];
}

test("a template without text is none", () => {
  const more = { promptTemplateFile: "", promptTemplate: "" };
  expect(parsed("coder", more)?.template).toEqual({ text: BASIC_PROMPT });
});

test("a name that no agent can have is told with those that one can", () => {
  expect(() => parsed("Coder", {})).toThrow(/agents\.Coder: expected up to 64 lower-case letters/);
});
