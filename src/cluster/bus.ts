import type { FailureClass } from "../core/failure.ts";
import type { AgentHold } from "../core/agent-hold.ts";

/** Carries hints that something may have changed. May lose, repeat and reorder them; only latency suffers. */
export type Bus = {
  /** Never blocks and never throws. */
  readonly publish: (hint: Hint) => void;
  /** Returns its own unsubscribe. `listener` must not throw: it is called by who publishes. */
  readonly subscribe: (listener: (hint: Hint) => void) => () => void;
};

export type Hint =
  /**
   * The blackboard changed in a way that others than its writer may act on; `isDispatched` when the
   * dispatcher has, in the same transaction.
   */
  | { readonly kind: "changed"; readonly isDispatched: boolean }
  /**
   * An attempt is about to end on the blackboard: whoever places tasks at once may do so in the same
   * transaction. Without a failure it has succeeded.
   */
  | {
      readonly kind: "ending";
      readonly agent: string;
      readonly failureClass: FailureClass | undefined;
    }
  /** An attempt's agent has had an answer of its provider, its first. */
  | { readonly kind: "answered"; readonly agent: string }
  /** An agent is given no attempt for a while, because its provider fails. */
  | { readonly kind: "resting"; readonly agent: string; readonly untilMs: number }
  /** An attempt has found that its agent can do nothing, which is about to be on record. */
  | { readonly kind: "held"; readonly hold: AgentHold }
  /** A node has new attempts. */
  | { readonly kind: "assigned" }
  /** A process that this node started from the folder has ended. */
  | { readonly kind: "process_ended"; readonly folder: string };
