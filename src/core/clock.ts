/** The only source of time and waiting; tests and the simulation pass their own. */
export type Clock = {
  /** Wall-clock time, milliseconds since the epoch. */
  readonly nowMs: () => number;
  /** Milliseconds this machine has been awake since it booted; a suspended machine does not age. */
  readonly awakeMs: () => number;
  /** Resolves after `ms`, or at once when `signal` aborts; never rejects. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
};
