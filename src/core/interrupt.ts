/** A question to a human, and the answer. */
export type Interrupt = {
  readonly id: string;
  readonly taskId: string;
  readonly runId: string;
  readonly question: string;
  readonly openedAtMs: number;
  readonly closedAtMs: number | undefined;
  readonly answer: InterruptAnswer | undefined;
};

export type InterruptAnswer = {
  readonly kind: "retry" | "abandon" | "spawn" | "cancel";
  /** What the person said; given to the next attempt. */
  readonly note: string | undefined;
  /** The task that takes this one's place, for `spawn`. */
  readonly spawnedTaskId: string | undefined;
};
