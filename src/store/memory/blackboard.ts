import type { RecordedEvent } from "../../core/events.ts";
import type { OwnState } from "../../core/evolve.ts";
import type { DispatcherLease } from "../../core/lease.ts";
import type { State } from "../../core/state.ts";
import type { WatchListener } from "../store.ts";

/** All that a memory store holds. */
export type Blackboard = {
  /** Changed in place by what is decided. */
  state: OwnState;
  /** By run. */
  readonly events: Map<string, RecordedEvent[]>;
  lease: DispatcherLease | undefined;
  readonly listeners: Set<WatchListener>;
};

/** What there is to be read of a blackboard. */
export type Contents = {
  readonly state: State;
  readonly events: ReadonlyMap<string, readonly RecordedEvent[]>;
};
