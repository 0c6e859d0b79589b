import type { RecordedEvent } from "../../core/events.ts";
import type { DispatcherLease } from "../../core/lease.ts";
import type { State } from "../../core/state.ts";
import type { WatchListener } from "../store.ts";

/** All that a memory store holds. */
export type Blackboard = {
  state: State;
  /** By run. */
  readonly events: Map<string, RecordedEvent[]>;
  lease: DispatcherLease | undefined;
  readonly listeners: Set<WatchListener>;
};
