/** Every code an `OrchestraError` can carry; public API, listed in `docs/errors.md`. */
export const ERROR_CODES = [
  "INVALID_ARGUMENT",
  "INVALID_CONFIG",
  "INVALID_ID",
  "NOT_A_REPOSITORY",
  "REPOSITORY_UNUSABLE",
  "GIT_FAILED",
  "UNKNOWN_AGENT",
  "AGENT_UNUSABLE",
  "TASK_NOT_FOUND",
  "AMBIGUOUS_ID",
  "RUN_NOT_FOUND",
  "DEPENDENCY_NOT_FOUND",
  "DEPENDENCY_CYCLE",
  "DUPLICATE_ID",
  "ILLEGAL_TRANSITION",
  "FENCED",
  "INTERRUPT_CLOSED",
  "NOTHING_TO_RECOVER",
  "STORE_UNAVAILABLE",
  "STORE_NEWER",
  "NO_SPACE",
  "READ_ONLY",
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
