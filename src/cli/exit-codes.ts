import type { ErrorCode } from "../core/errors.ts";

/** The exit codes of every command; public API. */
export const EXIT = {
  done: 0,
  workFailed: 1,
  misuse: 2,
  configuration: 3,
  needsHuman: 4,
  budget: 5,
  timeout: 6,
  unavailable: 75,
  interrupted: 130,
} as const;

/** What each means, for help, manual pages and the documentation. */
const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  done: "done",
  workFailed: "work failed, or what was asked is not so",
  misuse: "misuse: an argument, an id, a state that does not allow it",
  configuration: "configuration: `orchestra.yaml`, the repository, an agent",
  needsHuman: "needs a human: tasks or merges wait for you",
  budget: "a budget is used up",
  timeout: "time was up: `wait --timeout`",
  unavailable: "unavailable now: the blackboard, the disk, the queue",
  interrupted: "interrupted; agents go on",
};

/** Each code with what it means, in order. */
export function exitCodeRows(): readonly (readonly [code: number, meaning: string])[] {
  return Object.entries(EXIT)
    .map(([name, code]) => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- They are the names of EXIT.
      return [code, EXIT_MEANINGS[name as keyof typeof EXIT]] as const;
    })
    .toSorted(([a], [b]) => a - b);
}

const EXIT_BY_CODE: Record<ErrorCode, number> = {
  INVALID_ARGUMENT: EXIT.misuse,
  INVALID_CONFIG: EXIT.configuration,
  INVALID_FILE: EXIT.misuse,
  INVALID_ID: EXIT.misuse,
  TRACKER_UNAVAILABLE: EXIT.unavailable,
  NODE_TOO_OLD: EXIT.configuration,
  NOT_A_REPOSITORY: EXIT.configuration,
  REPOSITORY_UNUSABLE: EXIT.configuration,
  GIT_FAILED: EXIT.workFailed,
  GIT_KILLED: EXIT.unavailable,
  UNKNOWN_AGENT: EXIT.configuration,
  AGENT_UNUSABLE: EXIT.configuration,
  WORKSPACE_COMMAND_FAILED: EXIT.configuration,
  WORKSPACE_IN_USE: EXIT.unavailable,
  TASK_NOT_FOUND: EXIT.misuse,
  AMBIGUOUS_ID: EXIT.misuse,
  RUN_NOT_FOUND: EXIT.misuse,
  DEPENDENCY_NOT_FOUND: EXIT.misuse,
  DEPENDENCY_CYCLE: EXIT.misuse,
  DUPLICATE_ID: EXIT.misuse,
  ILLEGAL_TRANSITION: EXIT.misuse,
  FENCED: EXIT.unavailable,
  ALREADY_RUNNING: EXIT.unavailable,
  NOTHING_TO_RECOVER: EXIT.misuse,
  STORE_UNAVAILABLE: EXIT.unavailable,
  STORE_NEWER: EXIT.unavailable,
  STORE_NOT_EMPTY: EXIT.misuse,
  NO_SPACE: EXIT.unavailable,
  READ_ONLY: EXIT.unavailable,
  MACHINE_FULL: EXIT.unavailable,
  INTERNAL: EXIT.workFailed,
};

/** The one place where an error becomes an exit code. */
export function exitCodeOf(code: ErrorCode): number {
  return EXIT_BY_CODE[code];
}
