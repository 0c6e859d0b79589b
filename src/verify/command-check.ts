import { mkdir, rename, rm, truncate } from "node:fs/promises";
import { join } from "node:path";
import { readEnds, sizeOf } from "../agents/process/follow-lines.ts";
import { until } from "../agents/process/until.ts";
import { ATTEMPT_FILES, type ProcessState, type Processes } from "../agents/processes.ts";
import { isNotRunnable } from "../agents/process-end.ts";
import { isPassing, OrchestraError } from "../core/errors.ts";
import type { Clock } from "../core/clock.ts";
import type { CheckEvidence } from "../core/evidence.ts";
import { excerpt } from "../core/excerpt.ts";
import { inWords } from "../core/limits.ts";
import { slugOf } from "../core/names.ts";
import type { CheckSpec } from "../core/task.ts";
import type { CheckRequest } from "./check-runner.ts";

export type CommandCheck = Extract<CheckSpec, { kind: "command" }>;

export type CheckRunnerDeps = {
  readonly processes: Processes;
  readonly clock: Clock;
};

/** A check that prints more than this is out of control, and ended. */
export const CHECK_OUTPUT_BYTES_MAX = 64 * 1024 ** 2;

const GRACE_MS = 2_000;
/** What is looked at for the excerpt: how it began, and how it ended. */
const HEAD_BYTES = 256 * 1024;
const TAIL_BYTES = 1024 * 1024;

/** Runs one command in a group of its own; whatever it leaves running is ended with it. */
export async function runCommandCheck(
  deps: CheckRunnerDeps,
  request: CheckRequest,
  check: CommandCheck,
  number: number,
  signal: AbortSignal,
): Promise<CheckEvidence> {
  const place = join(request.outputFolder, `${number}-${slugOf(check.name)}`);
  const startedMs = deps.clock.awakeMs();
  const { exitCode, note } = await ending(deps, request, check, place, signal);
  const durationMs = deps.clock.awakeMs() - startedMs;
  const output = await keepLog(place);
  return {
    check: check.name,
    commit: request.commit,
    passed: exitCode === 0,
    exitCode,
    durationMs,
    output: excerpt([output.trimEnd(), note].filter((part) => part !== "").join("\n")),
  };
}

type Ending = {
  readonly exitCode: number | undefined;
  /** What a person must know beside the output; may be empty. */
  readonly note: string;
};

async function ending(
  deps: CheckRunnerDeps,
  request: CheckRequest,
  check: CommandCheck,
  folder: string,
  signal: AbortSignal,
): Promise<Ending> {
  // A run that was broken off proves nothing, but may have left processes.
  await endAll(deps, check, folder, 0);
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await deps.processes.start({
      folder,
      // One stream, so that errors stand where they happened.
      command: ["/bin/sh", "-c", 'exec "$@" 2>&1', "check", ...check.command],
      cwd: request.cwd,
      env: request.env,
      stdinFile: undefined,
      note: "",
    });
    return await watch(deps, check, folder, signal);
  } catch (error) {
    // Trouble of the machine proves nothing about the work.
    if (!(error instanceof OrchestraError) || isPassing(error)) throw error;
    return { exitCode: undefined, note: error.message };
  } finally {
    await endAll(deps, check, folder, GRACE_MS);
  }
}

/** Nothing of a check may be left at work where the next agent is to work. */
async function endAll(
  deps: CheckRunnerDeps,
  { name }: CommandCheck,
  folder: string,
  graceMs: number,
): Promise<void> {
  const { isProvenDead } = await deps.processes.terminate(folder, graceMs);
  if (isProvenDead) return;
  const message = `Processes of the check ${name} could not be ended. Look for them with ps.`;
  throw new OrchestraError("INTERNAL", message);
}

async function watch(
  deps: CheckRunnerDeps,
  check: CommandCheck,
  folder: string,
  signal: AbortSignal,
): Promise<Ending> {
  let state: ProcessState = { kind: "not_started" };
  let outputBytes = 0;
  const isOver = async (): Promise<boolean> => {
    state = await deps.processes.inspect(folder);
    outputBytes = sizeOf(join(folder, ATTEMPT_FILES.stdout));
    return state.kind !== "running" || outputBytes > CHECK_OUTPUT_BYTES_MAX;
  };
  const hasEnded = await until(deps.clock, isOver, check.timeoutMs, signal);
  if (signal.aborted) return { exitCode: undefined, note: "It was broken off." };
  if (!hasEnded) {
    const note = `It ran longer than its timeout of ${inWords(check.timeoutMs)}, and was ended. Make it faster, or raise the check's timeout.`;
    return { exitCode: undefined, note };
  }
  if (outputBytes > CHECK_OUTPUT_BYTES_MAX) {
    const note = `It printed more than ${CHECK_OUTPUT_BYTES_MAX / 1024 ** 2} MiB, and was ended.`;
    return { exitCode: undefined, note };
  }
  return endingOf(check, state);
}

function endingOf(check: CommandCheck, state: ProcessState): Ending {
  if (state.kind !== "exited") {
    return { exitCode: undefined, note: "Its processes were gone, and nobody saw how they ended." };
  }
  const { exitCode, signal } = state;
  if (exitCode === undefined) return { exitCode, note: `It was ended by ${signal ?? "a signal"}.` };
  const note = isNotRunnable(exitCode)
    ? `Perhaps ${JSON.stringify(check.command[0] ?? "")} could not be run: install it, or correct the check in orchestra.yaml.`
    : "";
  return { exitCode, note };
}

/** Leaves the output as one file `<place>.log`, and returns the part of it that is looked at. */
async function keepLog(place: string): Promise<string> {
  const log = `${place}.log`;
  const output = join(place, ATTEMPT_FILES.stdout);
  const size = sizeOf(output);
  await rm(log, { force: true });
  if (size > 0) await rename(output, log);
  if (size > CHECK_OUTPUT_BYTES_MAX) await truncate(log, CHECK_OUTPUT_BYTES_MAX);
  await rm(place, { recursive: true, force: true });
  return readEnds(log, HEAD_BYTES, TAIL_BYTES);
}
