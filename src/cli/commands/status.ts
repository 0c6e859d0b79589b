import { stateOfHolder } from "../../agents/process/holder.ts";
import { machineProcessTable } from "../../agents/process/process-table.ts";
import type { Cli } from "../cli.ts";
import type { Reader } from "../open-reader.ts";
import { readStatus, statusLines, type Status } from "../view/status-view.ts";

/** How often the watching table looks for changes that no hint told of: times go on. */
const REDRAW_EVERY_MS = 1_000;

/** Shows what is going on; reads a bounded part of the blackboard and changes nothing. */
export async function status(cli: Cli, options: { readonly watch?: boolean }): Promise<void> {
  await using reader = await cli.openReader();
  if (!reader) {
    cli.terminal.json(emptyStatus());
    cli.terminal.say("No tasks yet. Queue one with: orchestra start 'what is to be done'");
    return;
  }
  if (options.watch && cli.terminal.isLive) return await watch(cli, reader);
  const now = await readStatus(reader);
  const { counts, tasks, attempts, interrupts } = now;
  const dispatcher = await livingDispatcher(reader);
  cli.terminal.json({ dispatcher, counts, tasks, attempts, interrupts });
  for (const line of statusLines(now, cli.terminal, cli.clock.nowMs())) cli.terminal.say(line);
  if (!cli.terminal.isJson) sayWhoWorks(cli, now, dispatcher);
}

function sayWhoWorks(cli: Cli, { counts }: Status, dispatcher: { pid: number } | undefined): void {
  const waiting = counts.ready + counts.active + counts.awaiting_qa;
  if (dispatcher) {
    cli.terminal.say(cli.terminal.style("dim", `\nWorked by process ${dispatcher.pid}.`));
  } else if (waiting > 0) {
    cli.terminal.say(cli.terminal.style("dim", "\nNobody works the queue: orchestra run"));
  }
}

async function watch(cli: Cli, reader: Reader): Promise<void> {
  const { createLogUpdate } = await import("log-update");
  const draw = createLogUpdate(cli.stdout());
  const interrupted = cli.onInterrupt();
  while (!interrupted.aborted) {
    draw(statusLines(await readStatus(reader), cli.terminal, cli.clock.nowMs()).join("\n"));
    await cli.clock.sleep(REDRAW_EVERY_MS, interrupted);
  }
  draw.done();
}

/** The process that works the queue, if one does. */
async function livingDispatcher(reader: Reader): Promise<{ pid: number } | undefined> {
  const lease = await reader.dispatcherLease();
  if (!lease || lease.expiresAtMs === 0) return undefined;
  const isAlive = stateOfHolder(machineProcessTable(), lease.holder) === "alive";
  return isAlive ? { pid: lease.holder.pid } : undefined;
}

function emptyStatus(): object {
  return { dispatcher: undefined, counts: {}, tasks: [], attempts: [], interrupts: [] };
}
