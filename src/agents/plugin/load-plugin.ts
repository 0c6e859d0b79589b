import { realpathSync } from "node:fs";
import { resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import * as z from "zod";
import { OrchestraError } from "../../core/errors.ts";
import type { AgentAdapter, AgentConfig } from "../adapter.ts";
import type { AdapterContext } from "../adapters.ts";
import { guarded } from "./guarded.ts";

/** The adapter of a module in the user's project; whatever is wrong with it is said of its agent. */
export async function loadPlugin(
  config: AgentConfig,
  root: string,
  context: AdapterContext,
): Promise<AgentAdapter> {
  const file = fileOf(config, root);
  const module = await imported(config, file);
  const { plugin } = parsed(config, moduleShape, module, file);
  let made: unknown;
  try {
    made = plugin(config, context);
  } catch (cause) {
    throw unusable(config, `${file}: plugin(…) threw ${sayOf(cause)}`, cause);
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Every field is checked; what its functions return is, too, where they are called.
  const adapter = parsed(config, adapterShape, made, `${file}: plugin(…)`) as AgentAdapter;
  return guarded(config, adapter);
}

const callable = z.custom<(...args: readonly unknown[]) => unknown>(
  (value) => typeof value === "function",
  "expected a function",
);

const moduleShape = z.looseObject({ plugin: callable });

const adapterShape = z.looseObject({
  name: z.string().min(1).max(64),
  capabilities: z.strictObject({
    resume: z.boolean(),
    presetSessionId: z.boolean(),
    tokens: z.boolean(),
    cost: z.boolean(),
  }),
  launch: callable,
  createParser: callable,
  classifyEnd: callable,
  readUsageFile: callable.optional(),
  openSession: callable.optional(),
  probe: z.looseObject({ args: z.array(z.string()), readVersion: callable }).optional(),
  steering: z.looseObject({ message: callable, interrupt: callable }).optional(),
});

/** A file of the project itself: links that lead out of it are out of it. */
function fileOf(config: AgentConfig, root: string): string {
  const file = resolve(root, config.adapter);
  try {
    const real = realpathSync(file);
    if (real.startsWith(realpathSync(root) + sep)) return real;
  } catch (cause) {
    throw unusable(config, `there is no file ${file}`, cause);
  }
  throw unusable(config, `${file} lies outside of the project`);
}

async function imported(config: AgentConfig, file: string): Promise<unknown> {
  try {
    return await import(pathToFileURL(file).href);
  } catch (cause) {
    throw unusable(config, `${file} could not be loaded: ${sayOf(cause)}`, cause);
  }
}

function parsed<Shape extends z.ZodType>(
  config: AgentConfig,
  shape: Shape,
  value: unknown,
  what: string,
): z.infer<Shape> {
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw unusable(config, `${what}: ${issue?.path.join(".") || "it"}: ${issue?.message ?? "wrong"}`);
}

function sayOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function unusable({ name }: AgentConfig, problem: string, cause?: unknown): OrchestraError {
  const message = `Could not use the plug-in of the agent ${name}: ${problem}. See agents.${name}.plugin in orchestra.yaml.`;
  return new OrchestraError("AGENT_UNUSABLE", message, { cause });
}
