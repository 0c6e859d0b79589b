import type { RecordedEvent } from "../../core/events.ts";
import { evolveAll } from "../../core/evolve.ts";
import { EMPTY_STATE, type State } from "../../core/state.ts";
import { flawsOfState, type Flaw } from "../flaw.ts";
import type { History } from "../history.ts";
import type { StoreReader } from "../store.ts";
import type { Blackboard } from "./blackboard.ts";
import type { Draft } from "./draft.ts";
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

/** A state is never changed, only replaced; a log grows. */
function copyOf(board: Blackboard): Blackboard {
  const events = new Map<string, RecordedEvent[]>();
  for (const [runId, log] of board.events) events.set(runId, [...log]);
  return { ...board, events };
}

export function flawsOf(board: Blackboard): Flaw[] {
  return flawsOfState(board.state, stateOf(board));
}

/** What the events of all runs add up to. */
export function stateOf({ events }: Blackboard): State {
  return evolveAll(EMPTY_STATE, [...events.values()].flat());
}

/** A whole history, to be kept on a blackboard that is empty. */
export async function draftOfHistory(history: History): Promise<Draft> {
  const events: RecordedEvent[] = [];
  for await (const some of history()) for (const event of some) events.push(event);
  return { state: evolveAll(EMPTY_STATE, events), events, lastSeq: new Map() };
}
