/** Another queue that does no-op jobs, for comparison. */
export type Peer = {
  readonly name: string;
  /** Jobs done per second, from a full queue to an empty one, at most `concurrency` at a time. */
  readonly jobsPerSecond: (jobs: number, concurrency: number) => Promise<number>;
  readonly stop: () => Promise<void>;
};
