import { holdEnd } from "../../core/agent-hold.ts";
import type { Attempt } from "../../core/attempt.ts";
import type { Failure } from "../../core/failure.ts";
import type { NodeDeps } from "./deps.ts";

/**
 * Hints that an attempt's agent can do nothing for others either. To be called before the end of the
 * attempt is put on record: that frees a slot, which another task of this agent would take.
 */
export function tellHold(
  { bus, clock }: Pick<NodeDeps, "bus" | "clock">,
  { id: attemptId, agent, taskId }: Attempt,
  failure: Failure,
  ran: { readonly hasRun: boolean },
): void {
  const untilMs = holdEnd(failure, ran, clock.nowMs());
  if (untilMs === undefined) return;
  const hold = { agent, taskId, attemptId, failureClass: failure.class, untilMs };
  bus.publish({ kind: "held", hold });
}
