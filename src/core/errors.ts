/** Every code an `OrchestraError` can carry; public API, listed in `docs/errors.md`. */
export const ERROR_CODES = [
  "INVALID_ARGUMENT",
  "INVALID_CONFIG",
  "INVALID_FILE",
  "INVALID_ID",
  "TRACKER_UNAVAILABLE",
  "NODE_TOO_OLD",
  "NOT_A_REPOSITORY",
  "REPOSITORY_UNUSABLE",
  "GIT_FAILED",
  "GIT_KILLED",
  "UNKNOWN_AGENT",
  "AGENT_UNUSABLE",
  "WORKSPACE_COMMAND_FAILED",
  "WORKSPACE_IN_USE",
  "TASK_NOT_FOUND",
  "AMBIGUOUS_ID",
  "RUN_NOT_FOUND",
  "DEPENDENCY_NOT_FOUND",
  "DEPENDENCY_CYCLE",
  "DUPLICATE_ID",
  "ILLEGAL_TRANSITION",
  "FENCED",
  "ALREADY_RUNNING",
  "NOTHING_TO_RECOVER",
  "STORE_UNAVAILABLE",
  "STORE_NEWER",
  "STORE_NOT_EMPTY",
  "NO_SPACE",
  "READ_ONLY",
  "MACHINE_FULL",
  "INTERNAL",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** A failure the caller can act on; `code` is part of the public API, `message` is not. */
export class OrchestraError extends Error {
  override readonly name = "OrchestraError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Of the machine, of the way to the blackboard, or of a person who is where an agent is to work. */
const PASSING: readonly ErrorCode[] = [
  "WORKSPACE_IN_USE",
  "NO_SPACE",
  "READ_ONLY",
  "MACHINE_FULL",
  "GIT_KILLED",
  "STORE_UNAVAILABLE",
];

/** Whether it is nobody's fault who meets it, and may be over in a while: it costs no task anything. */
export function isPassing(error: unknown): boolean {
  return error instanceof OrchestraError && PASSING.includes(error.code);
}

/** Whether somebody else has taken over what was held. */
export function isFenced(error: unknown): error is OrchestraError {
  return error instanceof OrchestraError && error.code === "FENCED";
}
