import { execa } from "execa";
import { OrchestraError } from "../core/errors.ts";
import type { AgentAdapter, AgentConfig } from "./adapter.ts";
import { findExecutable } from "./process/find-executable.ts";

export type Probe = {
  readonly version: string | undefined;
  /** Why the agent cannot be used; `undefined` when it can. */
  readonly problem: string | undefined;
};

const PROBE_TIMEOUT_MS = 15_000;
const PROBE_OUTPUT_MAX = 64 * 1024;

/** Asks an agent for its version, which shows that it is installed and starts. */
export async function probeAgent(
  adapter: AgentAdapter,
  config: AgentConfig,
  { cwd, path }: { readonly cwd: string; readonly path: string },
): Promise<Probe> {
  const [executable = adapter.name] = config.command;
  try {
    findExecutable(executable, cwd, path);
  } catch (error) {
    if (error instanceof OrchestraError) return { version: undefined, problem: error.message };
    throw error;
  }
  const { stdout } = await execa(executable, adapter.probe.args, {
    cwd,
    env: config.env,
    timeout: PROBE_TIMEOUT_MS,
    maxBuffer: PROBE_OUTPUT_MAX,
    reject: false,
    stdin: "ignore",
  });
  return { version: adapter.probe.readVersion(stdout), problem: undefined };
}
