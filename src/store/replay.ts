import { OrchestraError } from "../core/errors.ts";
import type { RecordedEvent } from "../core/events.ts";
import { evolveAll } from "../core/evolve.ts";
import { quoted } from "../core/names.ts";
import { EMPTY_STATE, type State } from "../core/state.ts";
import { eventPages } from "./event-pages.ts";
import type { BlackboardReader } from "./store.ts";

/** A moment in the life of a run: after one of its events, or at a time. */
export type Moment =
  | { readonly kind: "seq"; readonly seq: number }
  | { readonly kind: "time"; readonly atMs: number };

/** A run as it was at a moment, and what became of it; all of it from events alone. */
export type Replay = {
  /** The last event up to the moment; `undefined` when there was none. */
  readonly at: RecordedEvent | undefined;
  readonly before: State;
  /** The first events after the moment, of `sinceCount`. */
  readonly since: readonly RecordedEvent[];
  readonly sinceCount: number;
  readonly last: RecordedEvent;
  readonly after: State;
};

/** Events after the moment that are kept to be shown; those that follow are only counted. */
export const SINCE_MAX = 1_000;

/**
 * Adds the events of a run up, and stops at `moment` to look. The events of a run concern nothing
 * but its own tasks, so the other runs are not needed.
 */
export async function replayRun(
  reader: Pick<BlackboardReader, "events">,
  runId: string,
  moment: Moment,
): Promise<Replay> {
  let [at, last]: (RecordedEvent | undefined)[] = [];
  let before: State | undefined;
  let after = EMPTY_STATE;
  const since: RecordedEvent[] = [];
  let sinceCount = 0;
  for await (const page of eventPages(reader, runId)) {
    const split = before ? 0 : countUntil(page, moment);
    const [earlier, later] = [page.slice(0, split), page.slice(split)];
    after = evolveAll(after, earlier);
    at = earlier.at(-1) ?? at;
    if (later.length > 0) before ??= after;
    after = evolveAll(after, later);
    since.push(...later.slice(0, SINCE_MAX - since.length));
    sinceCount += later.length;
    last = page.at(-1);
  }
  if (!last)
    throw new OrchestraError(
      "RUN_NOT_FOUND",
      `Nothing has happened in a run ${quoted(runId)} yet.`,
    );
  return { at, before: before ?? after, since, sinceCount, last, after };
}

/** How many of the events were before the moment, or made it. */
function countUntil(events: readonly RecordedEvent[], moment: Moment): number {
  const first = events.findIndex((event) =>
    moment.kind === "seq" ? event.seq > moment.seq : event.atMs > moment.atMs,
  );
  return first === -1 ? events.length : first;
}
