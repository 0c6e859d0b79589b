import type { Project } from "../../app.ts";
import type { DispatcherLease } from "../../core/lease.ts";
import type { Cli } from "../cli.ts";
import { isDispatcherAlive } from "../project-actions.ts";
import { EXIT } from "../exit-codes.ts";
import { readStatus } from "../view/status-view.ts";
import { showProgress } from "../view/progress.ts";

const LOOK_EVERY_MS = 500;

/**
 * Shows what the process that holds the queue does, until it ends or a person has seen enough.
 * Returns whether it has ended; who is then to go on with the queue says nothing of that.
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
  while (!interrupted.aborted && (await isDispatcherAlive(project))) {
    await cli.clock.sleep(LOOK_EVERY_MS, interrupted);
  }
  over.abort();
  await showing;
  if (goesOn && !interrupted.aborted) return true;
  const { counts, interrupts } = await readStatus(project.store);
  cli.terminal.json({ end: { kind: "watched" }, counts, interrupts });
  if (interrupted.aborted) cli.exitCode.value = EXIT.interrupted;
  else cli.terminal.note(`Process ${pid} has ended. \`orchestra run\` goes on with what is left.`);
  return !interrupted.aborted;
}
