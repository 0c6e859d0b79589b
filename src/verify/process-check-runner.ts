import type { CheckEvidence } from "../core/evidence.ts";
import { builtinCheck } from "./builtin-check.ts";
import type { CheckRequest, CheckRunner } from "./check-runner.ts";
import { runCommandCheck, type CheckRunnerDeps } from "./command-check.ts";

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
