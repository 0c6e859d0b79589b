import { execa } from "execa";
import { OrchestraError } from "../core/errors.ts";
import type { AgentAdapter, AgentConfig, ProbePlan } from "./adapter.ts";
import { summaryLine } from "./bounds.ts";
import { findExecutable } from "./process/find-executable.ts";

export type Probe = {
  /** Whether there is an executable of its name that can be run. */
  readonly isInstalled: boolean;
  readonly version: string | undefined;
  /** Why the agent cannot be used; `undefined` when it can. */
  readonly problem: string | undefined;
};

type Place = { readonly cwd: string; readonly path: string };

const PROBE_TIMEOUT_MS = 15_000;
const PROBE_OUTPUT_MAX = 64 * 1024;

/** Finds an agent's executable and, where the adapter knows how, asks it for its version. */
export async function probeAgent(
  adapter: AgentAdapter,
  config: AgentConfig,
  place: Place,
): Promise<Probe> {
  const [executable = adapter.probe?.executable ?? adapter.name, ...fixedArguments] =
    config.command;
  try {
    findExecutable(executable, place.cwd, place.path);
  } catch (error) {
    if (!(error instanceof OrchestraError)) throw error;
    return { isInstalled: false, version: undefined, problem: error.message };
  }
  if (!adapter.probe) return { isInstalled: true, version: undefined, problem: undefined };
  const { args, leavesOut = [] } = adapter.probe;
  const kept = fixedArguments.filter((argument) => !leavesOut.includes(argument));
  return askVersion([executable, ...kept, ...args], adapter.probe, config, place);
}

async function askVersion(
  command: readonly string[],
  plan: ProbePlan,
  config: AgentConfig,
  { cwd, path }: Place,
): Promise<Probe> {
  const [executable = "", ...args] = command;
  const result = await execa(executable, args, {
    cwd,
    env: { PATH: path, ...config.env },
    timeout: PROBE_TIMEOUT_MS,
    maxBuffer: PROBE_OUTPUT_MAX,
    reject: false,
    stdin: "ignore",
  });
  const stdout = result.stdout ?? "";
  const version = plan.readVersion(stdout);
  if (version !== undefined) return { isInstalled: true, version, problem: undefined };
  const said = summaryLine((result.failed ? result.shortMessage : undefined) ?? stdout);
  return {
    isInstalled: true,
    version: undefined,
    problem: `Asked ${command.join(" ")} for its version, and it did not answer like the ${config.adapter} CLI: ${said || "no output"}. Set agents.${config.name}.command in orchestra.yaml.`,
  };
}
