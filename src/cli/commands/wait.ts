import { createInProcessBus } from "../../cluster/in-process-bus.ts";
import { createWake } from "../../cluster/wake.ts";
import { isPassing, OrchestraError } from "../../core/errors.ts";
import { countTasks, EMPTY_STATE } from "../../core/state.ts";
import type { Cli } from "../cli.ts";
import { EXIT } from "../exit-codes.ts";
import { findTasks } from "../find-task.ts";
import { createNoteOnce } from "../note-once.ts";
import type { Reader } from "../open-reader.ts";
import { parseDurationOption } from "../option-values.ts";
import { livingDispatcher } from "../../engine/living-dispatcher.ts";
import { looksAtQueue, looksAtTasks, type Look, type Sight } from "../report/look-for-rest.ts";
import { sayRest } from "../report/rest-lines.ts";

/** How a wait was left. */
export type WaitEnd = "rest" | "timeout" | "stopped";

/** A hint may be lost; then it costs this much, and nothing else. */
const LOOK_EVERY_MS = 10_000;
/** A busy queue hints many times a second. */
const PAUSE_MS = 100;

/** Blocks until the tasks, or all of the queue, come to rest; exit codes are those of `run`. */
export async function wait(
  cli: Cli,
  typed: readonly string[],
  options: { readonly timeout?: string },
): Promise<void> {
  const timeoutMs = parseDurationOption("--timeout", options.timeout) ?? Infinity;
  await using reader = await cli.openReader();
  if (!reader) return nothingThere(cli, typed);
  const ids = (await findTasks(reader, typed)).map(({ id }) => id);
  const look = ids.length === 0 ? looksAtQueue(reader) : looksAtTasks(reader, ids);
  const { end, sight } = await untilRest(cli, reader, { look, timeoutMs });
  // Before it is written, because who reads may have gone away.
  cli.exitCode.value = exitCodeOf(end, sight);
  const interrupts = await reader.openInterrupts(1_000);
  const { counts, tasks } = sight;
  cli.terminal.json({ end: { kind: end }, counts, tasks, interrupts });
  sayRest(cli.terminal, end, sight);
}

function nothingThere(cli: Cli, typed: readonly string[]): void {
  if (typed.length > 0) {
    throw new OrchestraError("TASK_NOT_FOUND", "There are no tasks here yet.");
  }
  cli.terminal.json({
    end: { kind: "rest" },
    counts: countTasks(EMPTY_STATE),
    tasks: [],
    interrupts: [],
  });
  cli.terminal.say("The queue is empty.");
}

type Waited = { readonly end: WaitEnd; readonly sight: Sight };

async function untilRest(
  cli: Cli,
  reader: Reader,
  { look, timeoutMs }: { readonly look: Look; readonly timeoutMs: number },
): Promise<Waited> {
  const { clock } = cli;
  const deadlineMs = clock.nowMs() + timeoutMs;
  const interrupted = cli.onInterrupt();
  const over = new AbortController();
  const bus = createInProcessBus();
  const wake = createWake(bus, clock, () => true);
  // Listened to before looking, so that nothing happens between the two.
  reader.watch(() => bus.publish({ kind: "changed", isDispatched: false }), over.signal);
  const noteOnce = createNoteOnce(cli.terminal);
  let noting: Promise<void> | undefined;
  try {
    for (;;) {
      const leftMs = deadlineMs - clock.nowMs();
      const mayGoOn = !interrupted.aborted && leftMs > 0;
      const sight = mayGoOn ? await lookOrNote(look, noteOnce) : await look();
      if (sight?.rest !== undefined) return { end: "rest", sight };
      if (sight && !mayGoOn) return { end: interrupted.aborted ? "stopped" : "timeout", sight };
      noting ??= noteIdleness(cli, reader, over.signal);
      await wake.wait(Math.min(leftMs, LOOK_EVERY_MS), interrupted);
      await clock.sleep(Math.min(PAUSE_MS, Math.max(0, deadlineMs - clock.nowMs())), interrupted);
    }
  } finally {
    wake.close();
    over.abort();
    await noting;
  }
}

/** A server that is away for a while ends nobody's waiting. */
async function lookOrNote(look: Look, note: (text: string) => void): Promise<Sight | undefined> {
  try {
    return await look();
  } catch (error) {
    if (!isPassing(error)) throw error;
    note(`orchestra: while looking, which is tried again: ${String(error)}`);
    return undefined;
  }
}

/** Whoever waits for what nobody works, now or from some time on, should know. Never rejects. */
async function noteIdleness(
  { clock, terminal }: Cli,
  reader: Reader,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    if (await isIdle(reader)) {
      return terminal.note(
        "Nobody works the queue, so this waits until somebody does: orchestra run",
      );
    }
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}

async function isIdle(reader: Reader): Promise<boolean> {
  try {
    return (await livingDispatcher(reader)) === undefined;
  } catch {
    // What is wrong with the store is told by who looks for rest in it.
    return false;
  }
}

/** What the exit code tells of how it was left. */
export function exitCodeOf(end: WaitEnd, { rest }: Sight): number {
  if (end === "stopped") return EXIT.interrupted;
  switch (rest) {
    case undefined:
      return EXIT.timeout;
    case "done":
      return EXIT.done;
    case "ended":
      return EXIT.workFailed;
    case "needs_human":
      return EXIT.needsHuman;
    case "no_agent":
      return EXIT.configuration;
  }
}
