import { setImmediate as turn } from "node:timers/promises";
import type { Clock } from "../clock.ts";

export type FakeClock = Clock & {
  /** Lets time pass, waking every sleeper on the way in order. */
  readonly advance: (ms: number) => Promise<void>;
  /** Lets as much time pass as `work` needs; fails after `limitMs` of it. */
  readonly runUntilDone: <T>(work: Promise<T>, limitMs?: number) => Promise<T>;
};

type Sleeper = { readonly atMs: number; readonly wake: () => void };

/** Turns of the event loop in which everything that can go on without time passing has done so. */
const TURNS = 5;

async function settle(): Promise<void> {
  for (let count = 0; count < TURNS; count += 1) await turn();
}

const LIMIT_MS = 24 * 3_600_000;

export function createFakeClock(startMs = 1_000_000): FakeClock {
  let nowMs = startMs;
  const sleepers = new Set<Sleeper>();
  const stepTo = async (limitMs: number): Promise<boolean> => {
    await settle();
    const next = [...sleepers].toSorted((a, b) => a.atMs - b.atMs)[0];
    if (next === undefined || next.atMs > limitMs) return false;
    nowMs = Math.max(nowMs, next.atMs);
    next.wake();
    return true;
  };
  return {
    nowMs: () => nowMs,
    awakeMs: () => nowMs,
    sleep: async (ms, signal) => {
      if (signal.aborted) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      const sleeper = { atMs: nowMs + ms, wake: resolve };
      sleepers.add(sleeper);
      signal.addEventListener("abort", () => resolve(), { once: true });
      await promise;
      sleepers.delete(sleeper);
    },
    advance: async (ms) => {
      const limitMs = nowMs + ms;
      while (await stepTo(limitMs));
      nowMs = limitMs;
      await settle();
    },
    runUntilDone: async (work, limitMs = LIMIT_MS) => {
      const progress = { isDone: false };
      const done = work.finally(() => {
        progress.isDone = true;
      });
      done.catch(() => undefined);
      while (!progress.isDone && (await stepTo(startMs + limitMs)));
      await settle();
      if (progress.isDone) return done;
      throw new Error(`Not done after ${limitMs} ms, or nothing sleeps.`);
    },
  };
}
