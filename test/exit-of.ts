import { once } from "node:events";
import type { ChildProcess } from "node:child_process";

/** Resolves when a process has exited, also when that was before it was asked. */
export async function exitOf(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}
