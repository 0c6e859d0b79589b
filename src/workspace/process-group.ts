import { signalProcess } from "../agents/process/process-facts.ts";

const KILL_GRACE_MS = 5_000;

/**
 * Ends the process group of `pid` when `signal` aborts: asks, and kills after a grace. Programs
 * start programs of their own, which would hold our pipes open. Returns what to call when the first
 * of the group has ended: then the rest of a group that was to end has no more time.
 */
export function endGroupOnAbort(pid: number | undefined, signal: AbortSignal): () => void {
  if (pid === undefined) return () => undefined;
  let timer: NodeJS.Timeout | undefined;
  const end = () => {
    signalProcess(-pid, "SIGTERM");
    timer = setTimeout(signalProcess, KILL_GRACE_MS, -pid, "SIGKILL");
  };
  if (signal.aborted) end();
  else signal.addEventListener("abort", end, { once: true });
  return () => {
    signal.removeEventListener("abort", end);
    clearTimeout(timer);
    if (timer) signalProcess(-pid, "SIGKILL");
  };
}
