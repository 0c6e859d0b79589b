import type { RecordedEvent } from "../core/events.ts";
import type { History } from "./history.ts";
import type { BlackboardReader } from "./store.ts";

/** Events read at a time, so that no log has to fit in memory. */
const EVENTS_PER_PAGE = 5_000;

/** The log of a run in its order, page by page. */
export async function* eventPages(
  reader: Pick<BlackboardReader, "events">,
  runId: string,
): AsyncGenerator<readonly RecordedEvent[]> {
  let afterSeq = 0;
  for (;;) {
    const page = await reader.events(runId, afterSeq, EVENTS_PER_PAGE);
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    afterSeq = last.seq;
  }
}

/** All that a blackboard knows: the events of every run. */
export function historyOf(reader: Pick<BlackboardReader, "runs" | "events">): History {
  return async function* everything() {
    for (const { id } of await reader.runs()) yield* eventPages(reader, id);
  };
}
