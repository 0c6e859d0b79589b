import type { DatabaseServer } from "./database-server.ts";

/** How waiting and chance come into the store; tests pass their own. */
export type Pacing = {
  readonly sleep: (ms: number) => Promise<unknown>;
  /** From 0 to less than 1. */
  readonly random: () => number;
};

/** A restart of the server takes seconds; what lasts longer, whoever asked must hear of. */
const LOST_TRIES_MAX = 40;
const CONFLICT_TRIES_MAX = 20;
const PAUSE_FIRST_MS = 10;
const PAUSE_MAX_MS = 1_000;

/**
 * Does `attempt` again while its failure is one that passes, with pauses that grow and are spread by
 * chance. The last failure is thrown as it means to a person.
 */
export async function patiently<T>(
  server: Pick<DatabaseServer, "failure" | "explained">,
  { sleep, random }: Pacing,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (tries >= TRIES_MAX[server.failure(error)]) throw server.explained(error);
      const longestMs = Math.min(PAUSE_MAX_MS, PAUSE_FIRST_MS * 2 ** tries);
      await sleep(longestMs * (0.5 + random() / 2));
    }
  }
}

const TRIES_MAX = { lost: LOST_TRIES_MAX, conflict: CONFLICT_TRIES_MAX, final: 1 } as const;
