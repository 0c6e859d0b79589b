import { hostname } from "node:os";
import { holdsInForce } from "../../core/agent-findings.ts";
import type { AgentHold } from "../../core/agent-hold.ts";
import { countTasks, EMPTY_STATE } from "../../core/state.ts";
import type { Cli } from "../cli.ts";
import type { Reader } from "../open-reader.ts";
import { livingDispatcher } from "../../engine/living-dispatcher.ts";
import { readFindings } from "../../engine/read-findings.ts";
import { EXIT } from "../exit-codes.ts";
import { aboutHold } from "../report/hold-words.ts";
import { drawTable } from "../view/progress.ts";
import { readStatus, statusLines, type Status } from "../view/status-view.ts";

/** Shows what is going on; reads a bounded part of the blackboard and changes nothing. */
export async function status(cli: Cli, options: { readonly watch?: boolean }): Promise<void> {
  await using reader = await cli.openReader();
  if (!reader) {
    const counts = countTasks(EMPTY_STATE);
    cli.terminal.json({ counts, tasks: [], attempts: [], interrupts: [], holds: [] });
    cli.terminal.say("No tasks yet. Queue one with: orchestra start 'what is to be done'");
    return;
  }
  if (options.watch && cli.terminal.isLive) {
    await drawTable(cli, reader, cli.onInterrupt());
    cli.exitCode.value = EXIT.interrupted;
    return;
  }
  if (options.watch) cli.terminal.note("Shown once: to watch it takes a terminal, and no --json.");
  const now = await readStatus(reader);
  const { counts, tasks, attempts, interrupts } = now;
  const nowMs = cli.clock.nowMs();
  const holds = holdsInForce(await readFindings(reader, nowMs));
  const dispatcher = await dispatcherOf(reader);
  const told = holds.map(withoutInfinity);
  cli.terminal.json({ dispatcher, counts, tasks, attempts, interrupts, holds: told });
  for (const line of statusLines(now, cli.terminal, nowMs)) cli.terminal.say(line);
  for (const hold of holds) cli.terminal.say(`\n${aboutHold(hold)}`);
  if (!cli.terminal.isJson) sayWhoWorks(cli, now, dispatcher);
}

/** JSON has no word for it: without an end, a person has to put something right. */
function withoutInfinity({ untilMs, ...hold }: AgentHold): object {
  return untilMs === Infinity ? hold : { ...hold, untilMs };
}

type Dispatcher = { readonly pid: number; readonly host: string };

async function dispatcherOf(reader: Reader): Promise<Dispatcher | undefined> {
  const holder = await livingDispatcher(reader);
  return holder && { pid: holder.pid, host: holder.host };
}

function sayWhoWorks(cli: Cli, { counts }: Status, dispatcher: Dispatcher | undefined): void {
  const waiting = counts.ready + counts.active + counts.awaiting_qa;
  if (dispatcher) {
    const where = dispatcher.host === hostname() ? "" : ` on ${dispatcher.host}`;
    cli.terminal.say(cli.terminal.style("dim", `\nWorked by process ${dispatcher.pid}${where}.`));
  } else if (waiting > 0) {
    cli.terminal.say(cli.terminal.style("dim", "\nNobody works the queue: orchestra run"));
  }
}
