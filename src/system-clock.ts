import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "./core/clock.ts";

/** The machine's own time. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  // Monotonic since boot, the same for every process, and it stands still while the machine sleeps.
  awakeMs: () => Number(process.hrtime.bigint() / 1_000_000n),
  sleep: async (ms, signal) => {
    await sleep(ms, undefined, { signal }).catch(() => undefined);
  },
};
