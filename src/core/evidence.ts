/** The proof one check left: what ran, on which commit, and how it ended. */
export type CheckEvidence = {
  readonly check: string;
  /** The commit it ran on. */
  readonly commit: string;
  readonly passed: boolean;
  /** `undefined` for a built-in check, and when the process was killed. */
  readonly exitCode: number | undefined;
  readonly durationMs: number;
  /** The important part of the output, bounded by `EXCERPT_BYTES_MAX`. */
  readonly output: string;
};
