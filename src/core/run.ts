/** One objective being worked: a graph of tasks. Single tasks belong to the standing run, `queue`. */
export type Run = {
  readonly id: string;
  readonly objective: string;
  readonly createdAtMs: number;
};

/** The project's standing run, which holds every task started by hand. */
export const STANDING_RUN = "queue";
