import * as z from "zod";

const DURATION = /^(\d+(\.\d+)?(s|m|h|d))+$/;

const duration = z
  .union([
    z.number().nonnegative(),
    z.string().regex(DURATION, "a duration such as 90s, 15m, 1h30m"),
  ])
  .describe("A duration: seconds, or text such as 90s, 15m, 1h30m.");

const shellOrArray = z.union([z.string().min(1), z.array(z.string()).min(1)]);
const variables = z.record(z.string().regex(/^[A-Za-z_]\w*$/), z.string());

const agent = z.strictObject({
  adapter: z
    .string()
    .describe("The code that knows the CLI: claude or command.")
    .default("command"),
  command: z.array(z.string()).min(1).optional().describe("The executable and its arguments."),
  model: z.string().min(1).optional().describe("The model to ask for."),
  prompt: z
    .enum(["argument", "stdin", "file"])
    .default("argument")
    .describe("How the prompt reaches a command agent."),
  env: variables.default({}).describe("Variables for the agent."),
  limit: z.int().min(1).optional().describe("Attempts of this agent at a time."),
});

const check = z
  .union([
    z.enum(["exit_code", "clean_tree", "has_changes"]),
    z.string().min(1),
    z.array(z.string()).min(1),
    z.strictObject({
      name: z.string().min(1).optional(),
      run: shellOrArray,
      timeout: duration.optional(),
    }),
  ])
  .describe("A line for sh, an argument array, a built-in check, or an object with a time-out.");

const workspace = z.strictObject({
  root: z.string().min(1).optional().describe("Where worktrees are made, outside the repository."),
  copy: z.array(z.string()).default([]).describe("Ignored files to copy into each worktree."),
  link: z.array(z.string()).default([]).describe("Files and folders to link into each worktree."),
  setup: z.array(shellOrArray).default([]).describe("Commands that make a worktree ready."),
  teardown: z.array(shellOrArray).default([]).describe("Commands before a worktree is removed."),
  env: variables.default({}).describe("Variables for agents, checks and set-up."),
});

const defaults = z.strictObject({
  agent: z.string().optional().describe("Who works a task that names nobody."),
  priority: z.int().min(-100).max(100).default(5).describe("Higher is more urgent."),
  timeout: duration.default("1h").describe("Ends an attempt after this long."),
  stall: duration.default("15m").describe("Ends an attempt that prints nothing for this long."),
  retries: z.int().min(0).max(100).default(4).describe("Retries before a person is asked."),
});

const merge = z.strictObject({
  enabled: z.boolean().default(true).describe("Whether work is merged into the target branch."),
  target: z.string().min(1).optional().describe("The target branch; the one you are on if unset."),
});

const limits = z.strictObject({
  parallel: z.int().min(1).max(1000).default(3).describe("Attempts at a time."),
});

/** `orchestra.yaml`, as a person writes it. */
export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  agents: z
    .record(z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/), agent)
    .default({})
    .describe("Ways to get work done, by name."),
  defaults: defaults.prefault({}).describe("What a task has that does not say otherwise."),
  checks: z.array(check).default([]).describe("What must pass on every task's commit."),
  workspace: workspace.prefault({}).describe("How a worktree is furnished."),
  merge: merge.prefault({}).describe("Where finished work goes."),
  limits: limits.prefault({}).describe("How much runs at a time."),
});

export type ConfigFile = z.infer<typeof configSchema>;
