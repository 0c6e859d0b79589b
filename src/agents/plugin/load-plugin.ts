import { resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import * as z from "zod";
import { fileOfProject } from "../../config/file-of-project.ts";
import { OrchestraError } from "../../core/errors.ts";
import type { AgentAdapter, AgentConfig } from "../adapter.ts";
import type { AdapterContext } from "../adapters.ts";
import { abandon, isPromise } from "./checked.ts";
import { guarded } from "./guarded.ts";

/** A module that waits for what never comes would have everybody wait who needs its agent. */
const LOADING_LIMIT_MS = 15_000;

/** The adapter of a module in the user's project; whatever is wrong with it is said of its agent. */
export async function loadPlugin(
  config: AgentConfig,
  root: string,
  context: AdapterContext,
  limitMs = LOADING_LIMIT_MS,
): Promise<AgentAdapter> {
  const file = fileOf(config, root);
  const module = await imported(config, file, limitMs);
  const { plugin } = parsed(config, moduleShape, module, file);
  const made = madeBy(config, file, () => plugin(config, context));
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
    const real = fileOfProject(root, file);
    if (real !== undefined) return real;
  } catch (cause) {
    throw unusable(config, `there is no file ${file}`, cause);
  }
  throw unusable(config, `${file} lies outside of the project`);
}

async function imported(config: AgentConfig, file: string, limitMs: number): Promise<unknown> {
  const loaded = new AbortController();
  const late = pause(limitMs, LATE, { signal: loaded.signal });
  try {
    const module: unknown = await Promise.race([import(pathToFileURL(file).href), late]);
    if (module !== LATE) return module;
  } catch (cause) {
    throw unusable(config, `${file} could not be loaded: ${sayOf(cause)}`, cause);
  } finally {
    late.catch(() => undefined);
    loaded.abort();
  }
  const problem = `${file} was not loaded within ${limitMs / 1000} s; a top-level await there may wait for what never comes`;
  throw unusable(config, problem);
}

const LATE = Symbol("late");

function madeBy(config: AgentConfig, file: string, make: () => unknown): unknown {
  let made: unknown;
  try {
    made = make();
  } catch (cause) {
    throw unusable(config, `${file}: plugin(…) threw ${sayOf(cause)}`, cause);
  }
  if (!isPromise(made)) return made;
  abandon(made);
  const problem = `${file}: plugin(…) returned a promise; it must return its adapter, so make it a function without async`;
  throw unusable(config, problem);
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
