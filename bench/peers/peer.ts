/** A queue that does no-op jobs. */
export type Peer = {
  readonly name: string;
  /** An empty queue for a round, on the server that all rounds share. */
  readonly newQueue: (concurrency: number) => Promise<PeerQueue>;
  readonly stop: () => Promise<void>;
};

export type PeerQueue = {
  /** Adds one job; resolves when it is kept. `index` is another one for each job. */
  readonly add: (index: number) => Promise<void>;
  /** Works the `jobs` that were added, at most `concurrency` at a time, until all are complete. */
  readonly work: (jobs: number, concurrency: number) => Promise<void>;
  readonly close: () => Promise<void>;
};

/** What each job is told. */
export const JOB_DATA = { prompt: "Do nothing, and say so." };
