import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";

/** A process that goes on when we end. */
export type Background = {
  readonly pid: number | undefined;
  readonly hasEnded: () => boolean;
  /** Asks it to end, and waits until it has. */
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
      stdio: ["ignore", log, log],
    });
    const ended = Promise.withResolvers<void>();
    let isOver = false;
    const end = (): void => {
      isOver = true;
      ended.resolve();
    };
    child.once("exit", end).once("error", end);
    child.unref();
    return {
      pid: child.pid,
      hasEnded: () => isOver,
      end: async () => {
        child.ref();
        child.kill();
        await ended.promise;
      },
    };
  } finally {
    closeSync(log);
  }
}
