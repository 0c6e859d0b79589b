const KILL_GRACE_MS = 5_000;

/**
 * Ends the process group of `pid` when `signal` aborts: asks, and kills after a grace. Programs
 * start programs of their own, which would hold our pipes open. Returns how to stop watching.
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
  };
}

/** Signals a process, or a group by its negative id; one that has ended meanwhile is no error. */
export function signalProcess(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
