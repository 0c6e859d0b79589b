import type { AgentOutcome } from "../../src/agents/adapter.ts";
import type { FailureClass } from "../../src/core/failure.ts";
import type { Stream } from "./choices.ts";
import type { Pace } from "./scenario.ts";
import { countFault, type World } from "./world.ts";

export type Work = "commits" | "leaves" | "nothing" | "breaks" | "clashes" | "conflicts";

/** What an agent does in one attempt, as its attempt's number and the seed have it. */
export type Deed = {
  readonly takesMs: number;
  readonly work: Work;
  readonly exitCode: number;
  /** How its own words explain an exit code other than 0. */
  readonly failure: FailureClass | undefined;
  readonly resetInMs: number | undefined;
  /** It never ends by itself. */
  readonly hangs: boolean;
  readonly isSilent: boolean;
  readonly ignoresTerm: boolean;
  /** It starts a process that leaves its group and goes on. */
  readonly leavesStraggler: boolean;
  /** For so long after it was killed, it is not dead. */
  readonly diesLateMs: number;
  /** Its executable is not there. */
  readonly isMissing: boolean;
};

const GOOD: Deed = {
  takesMs: 500,
  work: "commits",
  exitCode: 0,
  failure: undefined,
  resetInMs: undefined,
  hangs: false,
  isSilent: false,
  ignoresTerm: false,
  leavesStraggler: false,
  diesLateMs: 0,
  isMissing: false,
};

const FAILURES = [
  "process_crash",
  "provider_error",
  "network",
  "rate_limit",
  "quota",
  "context_overflow",
  "auth",
] as const;

/** When the time of trouble is over, every agent does its work. */
export function deedOf({ choices, trouble, scenario }: World, attemptId: string): Deed {
  if (trouble.isOver) return GOOD;
  const stream = choices.stream(`deed ${attemptId}`);
  const { mischief, hanging, long } = scenario.pace;
  const hangs = stream.chance(hanging * mischief);
  const diesLateMs = stream.chance(hangs ? 0.5 : 0.1 * mischief) ? stream.below(25_000) : 0;
  const fails = (scenario.pace.failure === undefined ? 0.2 : 0.5) * mischief;
  const failure = stream.chance(fails) ? failureOf(stream, scenario.pace) : undefined;
  return {
    takesMs: stream.chance(long) ? 200 + stream.below(9_000) : 1 + stream.below(800),
    work: workOf(stream, scenario.pace.work),
    exitCode: failure === undefined ? 0 : 1,
    failure,
    resetInMs: stream.chance(0.7) ? stream.below(300_000) : 5_000,
    hangs,
    isSilent: stream.chance(0.2),
    // What hangs in the kernel hears nothing.
    ignoresTerm: stream.chance(0.1 * mischief) || diesLateMs > 0,
    leavesStraggler: stream.chance(0.1 * mischief),
    diesLateMs,
    isMissing: stream.chance(0.02),
  };
}

function failureOf(stream: Stream, { failure }: Pace): FailureClass {
  return failure !== undefined && stream.chance(0.7) ? failure : stream.pick(FAILURES);
}

function workOf(stream: Stream, fashion: Work | undefined): Work {
  if (fashion !== undefined && stream.chance(0.6)) return fashion;
  if (!stream.chance(0.4)) return "commits";
  return stream.pick(["leaves", "nothing", "breaks", "clashes", "conflicts", "clashes"]);
}

/** Tells the faults of the world which of them this one is. */
export function countMisdeeds(world: World, deed: Deed): void {
  if (deed.hangs) countFault(world, "agent that never ends");
  if (deed.exitCode !== 0) countFault(world, "agent that fails");
  if (deed.ignoresTerm) countFault(world, "agent deaf to SIGTERM");
  if (deed.diesLateMs > 0) countFault(world, "agent that SIGKILL does not end at once");
  if (deed.leavesStraggler) countFault(world, "agent that leaves a process behind");
  if (deed.isSilent) countFault(world, "silent agent");
  if (deed.work !== "commits") countFault(world, "agent with poor work");
}

/** What the adapter makes of the end of an agent that did so. */
export function outcomeOf(
  deed: Deed,
  exitCode: number | undefined,
  startedAtMs: number,
): AgentOutcome {
  if (exitCode === 0) return { kind: "succeeded", summary: "Done." };
  const failure =
    exitCode === undefined || deed.failure === undefined ? "process_crash" : deed.failure;
  const hasReset = failure === "quota" && deed.resetInMs !== undefined;
  return {
    kind: "failed",
    end: "failed",
    failure: {
      class: failure,
      message: `It ended in ${failure}.`,
      ...(hasReset ? { resetAtMs: startedAtMs + (deed.resetInMs ?? 0) } : {}),
    },
  };
}
