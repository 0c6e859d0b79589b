import type { Clock } from "../core/clock.ts";
import type { RecordedEvent } from "../core/events.ts";
import type { StoreReader } from "../store/store.ts";
import { createInProcessBus } from "./in-process-bus.ts";
import { createWake } from "./wake.ts";

const EVENTS_PER_READ = 500;
/** Notices may be lost, and then the store is asked. */
const LOOK_EVERY_MS = 2_000;

export type FollowDeps = {
  readonly store: Pick<StoreReader, "events" | "watch">;
  readonly clock: Clock;
};

/** The events of a run after `afterSeq`, each once and in order, and those to come, until `signal` aborts. */
export async function* followEvents(
  { store, clock }: FollowDeps,
  { runId, afterSeq }: { readonly runId: string; readonly afterSeq: number },
  signal: AbortSignal,
): AsyncGenerator<RecordedEvent, void, undefined> {
  if (signal.aborted) return;
  const left = new AbortController();
  const bus = createInProcessBus();
  const wake = createWake(bus, clock, () => true);
  store.watch(
    () => bus.publish({ kind: "changed", isDispatched: false }),
    AbortSignal.any([signal, left.signal]),
  );
  try {
    let lastSeq = afterSeq;
    while (!signal.aborted) {
      const events = await store.events(runId, lastSeq, EVENTS_PER_READ);
      for (const event of events) {
        yield event;
        lastSeq = event.seq;
        if (signal.aborted) return;
      }
      if (events.length === 0) await wake.wait(LOOK_EVERY_MS, signal);
    }
  } finally {
    left.abort();
    wake.close();
  }
}
