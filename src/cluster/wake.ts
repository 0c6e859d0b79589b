import type { Clock } from "../core/clock.ts";
import type { Bus, Hint } from "./bus.ts";

/** Lets a loop wait until something may have changed. */
export type Wake = {
  /**
   * Resolves at the next hint that is meant, after `ms`, or when `signal` aborts. A hint that came since the last
   * wait counts, so none is lost between looking and waiting. Returns whether there was a hint.
   */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<boolean>;
  readonly close: () => void;
};

export function createWake(bus: Bus, clock: Clock, isMeant: (hint: Hint) => boolean): Wake {
  let isHinted = false;
  let current: AbortController | undefined;
  const unsubscribe = bus.subscribe((hint) => {
    if (!isMeant(hint)) return;
    isHinted = true;
    current?.abort("hinted");
  });
  return {
    wait: async (ms, signal) => {
      if (!isHinted && ms > 0) {
        current = new AbortController();
        await clock.sleep(ms, AbortSignal.any([signal, current.signal]));
        current = undefined;
      }
      const wasHinted = isHinted;
      isHinted = false;
      return wasHinted;
    },
    close: unsubscribe,
  };
}
