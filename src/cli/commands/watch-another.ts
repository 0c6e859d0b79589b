import type { Project } from "../../app.ts";
import type { DispatcherLease } from "../../core/lease.ts";
import type { Cli } from "../cli.ts";
import { isDispatcherAlive } from "../../engine/living-dispatcher.ts";
import { EXIT } from "../exit-codes.ts";
import { looksAtQueue, type Sight } from "../report/look-for-rest.ts";
import { sayRest } from "../report/rest-lines.ts";
import { exitCodeOf } from "./wait.ts";
import { readStatus } from "../view/status-view.ts";
import { showProgress } from "../view/progress.ts";

const LOOK_EVERY_MS = 500;

/**
 * Shows what the process that holds the queue does, until it ends or a person has seen enough, or, unless
 * the queue is to be gone on with, all has come to rest. Returns whether that process has ended; who is
 * then to go on says nothing of that. Who is not, and has work left, was no more than unavailable.
 */
export async function watchAnother(
  cli: Cli,
  project: Project,
  { lease, goesOn }: { readonly lease: DispatcherLease; readonly goesOn: boolean },
): Promise<boolean> {
  const { pid, host } = lease.holder;
  cli.terminal.note(`Process ${pid} on ${host} works this queue already; this one only watches.`);
  const interrupted = cli.onInterrupt();
  const over = new AbortController();
  const showing = showProgress(cli, project.store, AbortSignal.any([interrupted, over.signal]));
  await using reader = goesOn ? undefined : await cli.openReader();
  const look = reader && looksAtQueue(reader);
  let sight: Sight | undefined;
  for (let isAlive = true; isAlive && !interrupted.aborted;) {
    // Asked before looking: what it did last is then seen.
    isAlive = await isDispatcherAlive(project.store);
    sight = await look?.();
    // A daemon stays when its queue is empty.
    if (sight?.rest !== undefined) break;
    if (isAlive) await cli.clock.sleep(LOOK_EVERY_MS, interrupted);
  }
  over.abort();
  await showing;
  if (goesOn && !interrupted.aborted) return true;
  const { counts, interrupts } = await readStatus(project.store);
  const atRest = sight?.rest === undefined ? undefined : sight;
  // Before it is written, because who reads may have gone away.
  if (interrupted.aborted) cli.exitCode.value = EXIT.interrupted;
  else cli.exitCode.value = atRest ? exitCodeOf("rest", atRest) : EXIT.unavailable;
  cli.terminal.json({ end: { kind: "watched" }, counts, interrupts });
  if (interrupted.aborted) return false;
  if (atRest) sayRest(cli.terminal, "rest", atRest);
  else cli.terminal.note(`Process ${pid} has ended. \`orchestra run\` goes on with what is left.`);
  return true;
}
