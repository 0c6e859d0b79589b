import type { Command } from "../../core/commands.ts";
import { executeInOrder } from "../../store/execute.ts";
import type { NodeDeps } from "./deps.ts";

/** The start of an agent on its way to the blackboard. */
export type StartRecord = {
  /** Puts it there at once, unless that was done; rejects when it could not be done. */
  readonly now: () => Promise<void>;
  /** Aborts when the blackboard refuses it: the task was taken from the attempt. */
  readonly refused: AbortSignal;
  /** Aborts when it could not be put there, or another process has: whoever goes on looks at it anew. */
  readonly failed: AbortSignal;
};

/** How long a start may wait for something to share a transaction with, such as its own end. */
const SHARED_MS = 100;

/** Puts the start of an agent on record soon: nobody waits for it, and each transaction has its price. */
export function recordStart(
  { clock, store }: Pick<NodeDeps, "clock" | "store">,
  commands: readonly Command[],
): StartRecord {
  const begun = new AbortController();
  const refused = new AbortController();
  const failed = new AbortController();
  const write = async (): Promise<void> => {
    if (commands.length === 0) return;
    const outcome = await executeInOrder(store, commands);
    if (outcome.kind === "refused") {
      const isTaken = outcome.code === "FENCED";
      (isTaken ? refused : failed).abort(outcome.code);
    }
  };
  let written: Promise<void> | undefined;
  const now = async (): Promise<void> => {
    begun.abort("begun");
    written ??= write();
    return written;
  };
  void clock
    .sleep(SHARED_MS, begun.signal)
    .then(async () => now().catch(() => failed.abort("failed")));
  return { now, refused: refused.signal, failed: failed.signal };
}
