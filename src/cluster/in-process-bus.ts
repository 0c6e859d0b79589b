import type { Bus, Hint } from "./bus.ts";

/** Hints between the parts of one process. */
export function createInProcessBus(): Bus {
  const listeners = new Set<(hint: Hint) => void>();
  return {
    publish: (hint) => {
      for (const listener of listeners) listener(hint);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
