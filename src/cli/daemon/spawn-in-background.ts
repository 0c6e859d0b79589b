import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { AT_WORK } from "./at-work.ts";

/** A merge that is going on is brought to its end; what is killed, the next start takes up. */
const END_GRACE_MS = 20_000;

/** A process that goes on when we end. */
export type Background = {
  readonly pid: number | undefined;
  readonly hasEnded: () => boolean;
  /** Whether it has said that it works the queue. */
  readonly isAtWork: () => boolean;
  /** Asks it to end, and waits until it has; one that is deaf is killed. */
  readonly end: () => Promise<void>;
};

/** In a session of its own, so that neither a terminal nor Ctrl-C reaches it. */
export function spawnInBackground(
  [node, file]: readonly [node: string, file: string],
  args: readonly string[],
  place: {
    readonly cwd: string;
    readonly env: Readonly<Record<string, string>>;
    /** Takes what it says past its own log, such as an error before it has one. */
    readonly log: string;
  },
): Background {
  const log = openSync(place.log, "a");
  try {
    const child = spawn(node, [file, ...args], {
      cwd: place.cwd,
      env: place.env,
      detached: true,
      stdio: ["ignore", log, log, "ipc"],
    });
    const ended = Promise.withResolvers<void>();
    let isOver = false;
    let isAtWork = false;
    const end = (): void => {
      isOver = true;
      ended.resolve();
    };
    child.once("exit", end).once("error", end);
    child.on("message", (message) => {
      isAtWork ||= message === AT_WORK;
    });
    child.unref();
    // Listened to while we wait, and no reason to wait.
    child.channel?.unref();
    return {
      pid: child.pid,
      hasEnded: () => isOver,
      isAtWork: () => isAtWork,
      end: async () => {
        child.ref();
        child.kill();
        const killing = setTimeout(() => child.kill("SIGKILL"), END_GRACE_MS);
        await ended.promise;
        clearTimeout(killing);
      },
    };
  } finally {
    closeSync(log);
  }
}
