import { setTimeout as pause } from "node:timers/promises";

const LOOK_EVERY_MS = 100;
const DEADLINE_MS = 240_000;

/** The first answer that is there, asked again and again until a deadline. */
export async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  const deadlineMs = performance.now() + DEADLINE_MS;
  while (performance.now() < deadlineMs) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await pause(LOOK_EVERY_MS);
  }
  throw new Error("It did not come to be so.");
}
