import { errnoOf } from "../../core/errno.ts";

/** One living process as the operating system tells it. */
export type ProcessFacts = {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** With the pid and the boot, it names one process for ever. */
  readonly startTime: string;
};

/**
 * What the operating system says of processes; a test says something else. A process that is dead
 * and only waits for its parent to ask how it died is not told of.
 */
export type ProcessTable = {
  readonly bootId: () => string;
  readonly find: (pid: number) => ProcessFacts | undefined;
  /** When a process with this start time started, in seconds; since the boot on Linux. */
  readonly startedAtS: (startTime: string) => number;
  /**
   * Signals a process, or a group by its negated id; `false` when that is not allowed. One that is
   * gone is no error.
   */
  readonly signal: (target: number, signal: "SIGTERM" | "SIGKILL") => boolean;
  readonly glance: () => Glance;
};

/** The processes as they are from now on seen once: what is asked twice is looked up once. */
export type Glance = Pick<ProcessTable, "bootId" | "startedAtS"> & {
  /**
   * Every process that may have started after `oldest` did, and perhaps older ones. Whoever starts
   * another and ends at once does not leave both untold.
   */
  readonly all: (
    oldest: Pick<ProcessFacts, "pid" | "startTime"> | undefined,
  ) => readonly ProcessFacts[];
  /** Those of `pids` that were started with `NAME=value` in their environment. */
  readonly carriers: (entry: string, pids: readonly number[]) => readonly number[];
};

/** Answers each question once, and then from memory. */
export function remembering<Question, Answer>(
  ask: (question: Question) => Answer,
): (question: Question) => Answer {
  const answers = new Map<Question, Answer>();
  return (question) => {
    const known = answers.get(question);
    if (known !== undefined) return known;
    const answer = ask(question);
    answers.set(question, answer);
    return answer;
  };
}

export function signalProcess(target: number, signal: "SIGTERM" | "SIGKILL"): boolean {
  try {
    process.kill(target, signal);
    return true;
  } catch (error) {
    if (errnoOf(error) === "ESRCH") return true;
    if (errnoOf(error) === "EPERM") return false;
    throw error;
  }
}
