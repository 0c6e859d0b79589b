import * as z from "zod";
import { OrchestraError } from "../core/errors.ts";
import type { AgentSettings } from "./config.ts";
import { AGENT_NAME } from "./schema.ts";

const argument = z.string().refine((text) => !text.includes("\0"), "expected text without NUL");

/** Keys that are not known say nothing here, as in the founding queue. */
const agent = z.object({
  command: argument.min(1),
  args: z.array(argument),
  // Without text they are as if they were not there.
  promptTemplateFile: z.string().nullish(),
  promptTemplate: z.string().nullish(),
});

const agentConfig = z.object({
  agents: z.record(
    z.string().regex(AGENT_NAME, "expected up to 64 lower-case letters, digits, - and _"),
    agent,
  ),
});

/** What an agent without a template is told: how to say that it is done. */
export const BASIC_PROMPT =
  "Your Task ID is {taskId}. Task: {userPrompt}. Signal completion by creating .orchestra/tasks/{taskId}.done";

/** The agents of a `.orchestra-cli/agent-config.json`, by name. */
export function parseAgentConfig(
  file: string,
  text: string,
): Readonly<Record<string, AgentSettings>> {
  const parsed = agentConfig.safeParse(jsonIn(file, text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const of = issue?.code === "invalid_key" ? issue.issues[0] : issue;
    throw invalid(file, `${issue?.path.join(".") || "the file"}: ${of?.message ?? "invalid"}`);
  }
  const agents = Object.entries(parsed.data.agents);
  return Object.fromEntries(agents.map(([name, one]) => [name, settingsOf(name, one)]));
}

function jsonIn(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const size = text === "" ? "It is empty, or larger than 1 MiB" : "It is no JSON";
    throw invalid(file, size, cause);
  }
}

function settingsOf(
  name: string,
  { command, args, ...told }: z.infer<typeof agent>,
): AgentSettings {
  const isArgument = args.some((part) => part.includes("{prompt}"));
  return {
    name,
    adapter: "command",
    command: [command, ...args],
    model: undefined,
    // Who asks for no prompt gets none as an argument.
    promptBy: isArgument ? "argument" : "stdin",
    resume: [],
    output: undefined,
    template: told.promptTemplateFile
      ? { file: told.promptTemplateFile }
      : { text: told.promptTemplate?.trim() ? told.promptTemplate : BASIC_PROMPT },
    permissions: "allow",
    env: {},
    limit: undefined,
  };
}

function invalid(file: string, problem: string, cause?: unknown): OrchestraError {
  return new OrchestraError("INVALID_CONFIG", `${file}: ${problem}. Nothing was changed.`, {
    cause,
  });
}
