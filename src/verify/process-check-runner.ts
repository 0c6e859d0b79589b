import type { Processes } from "../agents/processes.ts";
import type { Clock } from "../core/clock.ts";
import type { CheckEvidence } from "../core/evidence.ts";
import { builtinCheck } from "./builtin-check.ts";
import type { CheckRequest, CheckRunner } from "./check-runner.ts";
import { runCommandCheck } from "./command-check.ts";

export type CheckRunnerDeps = {
  readonly processes: Processes;
  readonly clock: Clock;
};

/** Runs checks as processes that are supervised like agents. */
export function createCheckRunner(deps: CheckRunnerDeps): CheckRunner {
  return { run: async (request, signal) => run(deps, request, signal) };
}

async function run(
  deps: CheckRunnerDeps,
  request: CheckRequest,
  signal: AbortSignal,
): Promise<readonly CheckEvidence[]> {
  const evidence: CheckEvidence[] = [];
  for (const [index, check] of request.checks.entries()) {
    if (signal.aborted) break;
    const one =
      check.kind === "builtin"
        ? builtinCheck(check.name, request)
        : await runCommandCheck(deps, request, check, index + 1, signal);
    evidence.push(one);
    if (!one.passed) break;
  }
  return evidence;
}
