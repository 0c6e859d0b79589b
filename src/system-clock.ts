import type { Clock } from "./core/clock.ts";

/** The machine's own time. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  // Monotonic since boot, the same for every process, and it stands still while the machine sleeps.
  awakeMs: () => Number(process.hrtime.bigint() / 1_000_000n),
  sleep,
};

/** Node's own promise of a timer rejects when aborted, with an error that costs more than the rest. */
async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  // Node warns of a time that has passed while somebody reckoned.
  const timer = setTimeout(resolve, Math.max(0, ms));
  const wake = (): void => resolve();
  signal.addEventListener("abort", wake, { once: true });
  await promise;
  clearTimeout(timer);
  signal.removeEventListener("abort", wake);
}
