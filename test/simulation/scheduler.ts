import type { Stream } from "./choices.ts";

/**
 * Something that can stand still or be gone: a machine, one of our processes, an agent. What it has
 * under way stands still or is gone with it.
 */
export type Owner = {
  readonly name: string;
  readonly machine: Owner | undefined;
  isDead: boolean;
  pausedUntilMs: number;
};

export type Scheduler = {
  /** True time, which no clock in the simulation need agree with. */
  readonly nowMs: () => number;
  readonly steps: () => number;
  /** Has `run` happen after `delayMs` or later, in one step; returns what takes it back. */
  readonly later: (owner: Owner, label: string, delayMs: number, run: () => void) => () => void;
  /** What has been waited for by this owner or one on it waits so much longer. */
  readonly postpone: (machine: Owner, byMs: number) => void;
  /**
   * Lets one thing happen that is due, or time pass to what is due next; returns what happened, or
   * `undefined` when nothing is under way any more. Everything that follows at once has then happened.
   */
  readonly step: () => Promise<string | undefined>;
};

type Item = {
  readonly owner: Owner;
  readonly label: string;
  readonly run: () => void;
  dueMs: number;
  isTaken: boolean;
};

/** Ordinarily, what was begun first happens first. */
const IN_ORDER = 0.6;
/** Steps after which the event loop turns once, so that the process stays alive to the outside. */
const TURN_EVERY = 512;

export function createScheduler(stream: Stream): Scheduler {
  let items: Item[] = [];
  let nowMs = 1_000_000;
  let steps = 0;
  return {
    nowMs: () => nowMs,
    steps: () => steps,
    later: (owner, label, delayMs, run) => {
      const item = { owner, label, run, dueMs: nowMs + delayMs, isTaken: false };
      if (!isGone(owner)) items.push(item);
      return () => {
        item.isTaken = true;
      };
    },
    postpone: (machine, byMs) => {
      for (const item of items) {
        if (item.owner === machine || item.owner.machine === machine) item.dueMs += byMs;
      }
    },
    step: async () => {
      items = items.filter((item) => !item.isTaken && !isGone(item.owner));
      if (items.length === 0) return undefined;
      nowMs = Math.max(nowMs, Math.min(...items.map(readyAtMs)));
      const due = items.filter((item) => readyAtMs(item) <= nowMs);
      const chosen = due[stream.chance(1 - IN_ORDER) ? stream.below(due.length) : 0];
      if (chosen === undefined) return undefined;
      chosen.isTaken = true;
      steps += 1;
      chosen.run();
      await settle(steps);
      return `${chosen.owner.name}: ${chosen.label}`;
    },
  };
}

export function isGone(owner: Owner): boolean {
  return owner.isDead || owner.machine?.isDead === true;
}

function readyAtMs({ owner, dueMs }: Item): number {
  return Math.max(dueMs, owner.pausedUntilMs, owner.machine?.pausedUntilMs ?? 0);
}

/** Node runs its ticks when no promise has anything left to do. */
async function settle(steps: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (steps % TURN_EVERY === 0) setImmediate(resolve);
  else process.nextTick(resolve);
  await promise;
}
