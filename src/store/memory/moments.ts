import type { RecordedEvent } from "../../core/events.ts";
import { copyOf as copyOfState, evolveAll, type OwnState } from "../../core/evolve.ts";
import { EMPTY_STATE } from "../../core/state.ts";
import { flawsOfState, type Flaw } from "../flaw.ts";
import type { History } from "../history.ts";
import type { StoreReader } from "../store.ts";
import type { Blackboard, Contents } from "./blackboard.ts";
import { memoryReader } from "./memory-reader.ts";

/** Answers about the blackboard that `look` returns as it is now. */
export function momentsOf(look: () => Blackboard): Pick<StoreReader, "snapshot" | "flaws"> {
  return {
    snapshot: async (read) => {
      const copy = copyOf(look());
      return read(memoryReader(() => copy));
    },
    flaws: async () => flawsOf(look()),
  };
}

function copyOf({ state, events }: Contents): Contents {
  return {
    state: copyOfState(state),
    events: new Map([...events].map(([runId, log]) => [runId, [...log]])),
  };
}

export function flawsOf(board: Blackboard): Flaw[] {
  return flawsOfState(board.state, stateOf(board));
}

/** What the events of all runs add up to. */
export function stateOf({ events }: Pick<Contents, "events">): OwnState {
  return evolveAll(EMPTY_STATE, [...events.values()].flat());
}

/** All events of a history, in order. */
export async function eventsOfHistory(history: History): Promise<readonly RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const some of history()) for (const event of some) events.push(event);
  return events;
}
