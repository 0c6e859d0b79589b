import type { Clock } from "../../core/clock.ts";

const LOOK_FIRST_MS = 1;
const LOOK_MAX_MS = 50;

/**
 * Asks again and again, more slowly each time, until it is so; `false` when `limitMs` has passed or
 * `signal` has aborted before.
 */
export async function until(
  clock: Clock,
  isSo: () => boolean | Promise<boolean>,
  limitMs: number,
  signal: AbortSignal = new AbortController().signal,
): Promise<boolean> {
  const startedMs = clock.awakeMs();
  for (let pauseMs = LOOK_FIRST_MS; ; pauseMs = Math.min(LOOK_MAX_MS, pauseMs * 2)) {
    if (await isSo()) return true;
    if (signal.aborted || clock.awakeMs() - startedMs >= limitMs) return false;
    await clock.sleep(pauseMs, signal);
  }
}
