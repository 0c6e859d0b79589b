import type { RecordedEvent } from "../../core/events.ts";
import { inWords } from "../../core/limits.ts";
import { STANDING_RUN } from "../../core/run.ts";
import type { StoreReader } from "../../store/store.ts";
import type { Cli } from "../cli.ts";
import { isReaderGone, printable } from "../terminal.ts";
import { readStatus, statusLines } from "./status-view.ts";

/** A person sees a change soon, and a busy queue does not flicker. */
const REDRAW_MS = 200;
const TICK_MS = 1_000;
const EVENTS_PER_READ = 500;

type Watched = Omit<StoreReader, "close">;

/** A database that is away, or a disk that is full, may be back. */
const SHOW_AGAIN_MS = 2_000;

/**
 * Shows what happens until `signal` aborts: a live table for who watches, plain lines elsewhere.
 * Never rejects: what cannot be shown is worked all the same, and shown when it can be again.
 */
export async function showProgress(cli: Cli, store: Watched, signal: AbortSignal): Promise<void> {
  if (cli.terminal.isJson) return;
  const told: Told = { seq: undefined };
  let lastMessage: string | undefined;
  do {
    try {
      if (cli.terminal.isLive) await drawTable(cli, store, signal);
      else await printLines(cli, { store, told }, signal);
      return;
    } catch (error) {
      if (isReaderGone(error)) return;
      const message = error instanceof Error ? error.message : String(error);
      if (message !== lastMessage) {
        cli.terminal.note(`orchestra: progress cannot be shown for now: ${message}`);
      }
      lastMessage = message;
      await cli.clock.sleep(SHOW_AGAIN_MS, signal);
    }
  } while (!signal.aborted);
}

/** The table of `status`, drawn again whenever something changed and time has gone on. */
export async function drawTable(cli: Cli, store: Watched, signal: AbortSignal): Promise<void> {
  const { createLogUpdate } = await import("log-update");
  const draw = createLogUpdate(cli.stdout());
  try {
    while (!signal.aborted) {
      draw((await tableLines(cli, store)).join("\n"));
      await untilChanged(cli, store, signal);
    }
    draw((await tableLines(cli, store)).join("\n"));
  } finally {
    draw.done();
  }
}

/** Of a terminal that does not tell, or tells of none. */
const ROWS = 24;

async function tableLines(cli: Cli, store: Watched): Promise<string[]> {
  const height = Math.max(8, (cli.stdout().rows || ROWS) - 2);
  const lines = statusLines(await readStatus(store), cli.terminal, cli.clock.nowMs());
  if (lines.length <= height) return lines;
  return [...lines.slice(0, height - 1), `… ${lines.length - height + 1} lines more`];
}

async function untilChanged(cli: Cli, store: Watched, signal: AbortSignal): Promise<void> {
  const changed = new AbortController();
  const watching = AbortSignal.any([signal, changed.signal]);
  store.watch(() => changed.abort(), watching);
  await cli.clock.sleep(TICK_MS, watching);
  changed.abort();
  await cli.clock.sleep(REDRAW_MS, signal);
}

/** The last event that was told; `undefined` before anything was. */
type Told = { seq: number | undefined };
type Telling = { readonly store: Watched; readonly told: Told };

async function printLines(cli: Cli, telling: Telling, signal: AbortSignal): Promise<void> {
  const { store, told } = telling;
  told.seq ??= await store.lastSeq(STANDING_RUN);
  while (!signal.aborted) {
    await printNew(cli, telling);
    await untilChanged(cli, store, signal);
  }
  await printNew(cli, telling);
}

async function printNew(cli: Cli, { store, told }: Telling): Promise<void> {
  for (;;) {
    const events = await store.events(STANDING_RUN, told.seq ?? 0, EVENTS_PER_READ);
    for (const event of events) {
      const line = eventLine(event);
      if (line !== undefined) cli.terminal.say(line);
      told.seq = event.seq;
    }
    if (events.length < EVENTS_PER_READ) return;
  }
}

/** One line of what happened; `undefined` for what only a machine wants to know. */
export function eventLine(event: RecordedEvent): string | undefined {
  const text = happening(event);
  if (text === undefined || !("taskId" in event)) return undefined;
  const time = new Date(event.atMs).toISOString().slice(11, 19);
  return `${time}  ${event.taskId}  ${printable(text)}`;
}

function happening(event: RecordedEvent): string | undefined {
  switch (event.type) {
    case "task_added":
      return `queued: ${event.definition.title}`;
    case "attempt_assigned":
      return `attempt ${event.number} goes to ${event.agent}`;
    case "attempt_started":
      return event.pid === undefined ? "started" : `started (process ${event.pid})`;
    case "attempt_returned":
      return `given back: ${event.reason}`;
    case "attempt_finished":
      return `finished on ${event.commit.slice(0, 10)}; now its checks`;
    case "attempt_succeeded":
      return "checks passed";
    case "task_failed":
      return `failed (${event.failure.class.replaceAll("_", " ")}): ${event.failure.message}`;
    case "task_retried":
      return event.byHuman ? "sent back to work by a person" : "goes to another attempt";
    case "task_parked":
      return `parked until ${new Date(event.untilMs).toISOString().slice(0, 19)}Z: ${event.reason}`;
    case "task_escalated":
      return `waits for you: ${event.question}`;
    case "merge_deferred":
      return event.reason;
    case "task_timeout_set":
      return `its attempts may take ${inWords(event.timeoutMs)} from now on`;
    case "attempt_timeout_set":
      return event.timeoutMs === 0 ? "a person ends it as timed out" : undefined;
    case "task_completed":
      return event.mergedCommit === undefined
        ? "complete"
        : `complete, merged as ${event.mergedCommit.slice(0, 10)}`;
    case "task_cancelled":
      return "cancelled";
    case "task_abandoned":
      return "abandoned";
    default:
      return undefined;
  }
}
