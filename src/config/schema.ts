import * as z from "zod";
import { DURATION_PATTERN, isAge, isLimit, millisecondsOf } from "./duration.ts";
import { outputSchema } from "./output-schema.ts";
import { storeProblem } from "./store-location.ts";

/** The adapters that `src/agents` has. */
export const ADAPTERS = [
  "claude",
  "codex",
  "opencode",
  "copilot",
  "gemini",
  "qwen",
  "cursor",
  "amp",
  "auggie",
  "goose",
  "aider",
  "acp",
  "command",
] as const;
export const BUILTIN_CHECKS = ["exit_code", "clean_tree", "has_changes"] as const;
export const AGENT_NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/;

/** Text for a command line or a variable, where the system ends it at a NUL. */
const line = z
  .string()
  .refine((text) => !text.includes("\0"), "expected text without a NUL character");
const text = line.min(1);

const DURATION = "expected a duration such as 90s, 15m or 1h30m, or a number of seconds";
const duration = z.union([z.number(), z.string().regex(DURATION_PATTERN, DURATION)], DURATION);
const limit = duration.refine(
  (value) => isLimit(millisecondsOf(value)),
  "expected a duration from 1s to 30d",
);
const limitOrNever = duration.refine(
  (value) => millisecondsOf(value) === 0 || isLimit(millisecondsOf(value)),
  "expected 0 or a duration from 1s to 30d",
);

const age = duration.refine(
  (value) => isAge(millisecondsOf(value)),
  "expected 0 or a duration of up to 3650d",
);

const argumentList = z.array(line).min(1);
const commandLine = z.union(
  [text, argumentList],
  "expected a line for sh, or a list of the executable and its arguments",
);
const variables = z.record(
  z.string().regex(/^[A-Za-z_]\w*$/, "expected the name of a variable"),
  line,
);

const agent = z.strictObject({
  adapter: z
    .enum(ADAPTERS)
    .optional()
    .describe("The code that knows the CLI; unset, the one of the agent's name, else command."),
  plugin: z
    .string()
    .regex(/^\.\/(?!.*(^|\/)\.\.(\/|$)).+/, "expected a module of the project, as ./agents/mine.js")
    .optional()
    .describe("A module of the project that is the adapter, in place of one of ours."),
  command: argumentList.optional().describe("The executable and its arguments."),
  model: text.optional().describe("The model to ask for."),
  prompt: z
    .enum(["argument", "stdin", "file"])
    .default("argument")
    .describe("How the prompt reaches a command agent."),
  resume: argumentList
    .optional()
    .describe("The command that goes on with the session {session_id} of a command agent."),
  output: outputSchema
    .optional()
    .describe("What the lines of JSON that a command agent prints mean; plain text if unset."),
  template: text
    .regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$))/, "expected a file of the project, as prompts/mine.md")
    .optional()
    .describe("A file of the project with the words around each prompt, as {prompt}."),
  permissions: z
    .enum(["allow", "deny"])
    .default("allow")
    .describe("How an acp agent is answered that asks for permission."),
  env: variables.default({}).describe("Variables for the agent."),
  limit: z.int().min(1).max(1000).optional().describe("Attempts of this agent at a time."),
});

const check = z
  .union(
    [
      z.enum(BUILTIN_CHECKS),
      text,
      argumentList,
      z.strictObject({
        name: text.optional().describe("What it is called; its command if unset."),
        run: commandLine.describe("A line for sh, or an argument list."),
        timeout: limit.optional().describe("Ends it after this long, as failed; 30m if unset."),
      }),
    ],
    {
      error:
        "expected a line for sh, an argument list, a built-in check, or { name, run, timeout }",
    },
  )
  .describe("A line for sh, an argument list, a built-in check, or an object with a time-out.");

/** Without what git would read as a pattern, and no way out of the repository. */
const FOLDER = /^(?!\/)(?!.*(^|\/)\.\.?(\/|$))[^*?[\]!#"\\\p{Cc}]+$/u;

const workspaceFields = z.strictObject({
  root: text.optional().describe("Where worktrees are made, outside the repository."),
  copy: z.array(text).default([]).describe("Ignored files to copy into each worktree."),
  link: z.array(text).default([]).describe("Files and folders to link into each worktree."),
  sparse: z
    .array(z.string().regex(FOLDER, "expected a folder of the repository, such as packages/shop"))
    .default([])
    .describe("Folders to check out, with the files above them; all if none is named."),
  setup: z.array(commandLine).default([]).describe("Commands that make a worktree ready."),
  teardown: z.array(commandLine).default([]).describe("Commands before a worktree is removed."),
  env: variables
    .default({})
    .describe(
      "Variables for agents, checks and set-up; {task_id}, {port} and {port+1} are filled in.",
    ),
  ports: z
    .int()
    .min(0)
    .max(100)
    .default(0)
    .describe("Ports that each worktree has for itself; its first is ORCHESTRA_PORT."),
  warm: z
    .int()
    .min(0)
    .max(100)
    .optional()
    .describe(
      "Cleaned worktrees kept for next tasks; unset, limits.parallel in a repository of 2000 files or more.",
    ),
});

const workspace = workspaceFields.superRefine(({ env, ports }, context) => {
  for (const [name, value] of Object.entries(env)) {
    const asked = [...value.matchAll(/\{port(?:\+(\d+))?\}/g)].map(([, more]) => Number(more ?? 0));
    if (Math.max(-1, ...asked) < ports) continue;
    const needed = Math.max(...asked) + 1;
    const message = `expected workspace.ports to be ${needed} or more, as this asks for that many`;
    context.addIssue({ code: "custom", path: ["env", name], message });
  }
});

const defaults = z.strictObject({
  agent: z
    .union([z.string(), z.array(z.string()).min(1)])
    .optional()
    .describe("Who works a task that names nobody; of a list, the first without a usage limit."),
  priority: z.int().min(-100).max(100).default(5).describe("Higher is more urgent."),
  timeout: limit.default("1h").describe("Ends an attempt after this long; 1s to 30d."),
  stall: limitOrNever
    .default("15m")
    .describe("Ends an attempt that prints nothing for this long; 0 never does."),
  retries: z.int().min(0).max(100).default(4).describe("Retries before a person is asked."),
});

/** What `git check-ref-format` refuses, and what names a commit rather than a branch. */
const NO_BRANCH = /^[-/.]|[\s~^:?*[\\\p{Cc}]|\.\.|@\{|\/\/|\/\.|\.lock(\/|$)|[/.]$/u;

const merge = z.strictObject({
  enabled: z.boolean().default(true).describe("Whether work is merged into the target branch."),
  target: text
    .refine((name) => !NO_BRANCH.test(name), "expected the name of a branch")
    .optional()
    .describe("The target branch; the one you are on if unset."),
});

const limits = z.strictObject({
  parallel: z.int().min(1).max(1000).default(3).describe("Attempts at a time."),
});

/** US dollars for a million tokens. */
const perMillion = z.number().min(0).max(1_000_000);
const price = z.strictObject({
  input: perMillion.describe("US dollars for a million tokens."),
  output: perMillion.describe("The same for what the model writes and thinks."),
  cache_read: perMillion.optional().describe("As input if unset."),
  cache_write: perMillion.optional().describe("As input if unset."),
});

const store = text
  .superRefine((url, context) => {
    const problem = storeProblem(url);
    if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
  })
  .optional()
  .describe("Where the blackboard is kept: a database's URL; a file of this machine if unset.");

/** `orchestra.yaml`, as a person writes it. */
export const configSchema = z.strictObject({
  $schema: z.string().optional().describe("Tells an editor what may stand here."),
  agents: z
    .record(
      z
        .string()
        .regex(AGENT_NAME, "expected a name of up to 64 lower-case letters, digits, - and _"),
      agent,
    )
    .default({})
    .describe("Ways to get work done, by name."),
  defaults: defaults.prefault({}).describe("What a task has that does not say otherwise."),
  checks: z.array(check).default([]).describe("What must pass on every task's commit."),
  workspace: workspace.prefault({}).describe("How a worktree is furnished."),
  merge: merge.prefault({}).describe("Where finished work goes."),
  limits: limits.prefault({}).describe("How much runs at a time."),
  prices: z
    .record(text, price)
    .default({})
    .describe("What models cost, in US dollars for a million tokens, where no agent tells."),
  store,
  retention: age
    .default("30d")
    .describe("How long ago a task has ended when `orchestra archive` takes it away."),
});

export type ConfigFile = z.infer<typeof configSchema>;
