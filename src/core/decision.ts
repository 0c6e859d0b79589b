import { OrchestraError, type ErrorCode } from "./errors.ts";
import type { Event } from "./events.ts";

/** What follows from a command: events, or a refusal that changes nothing. */
export type Decision = { readonly kind: "accepted"; readonly events: readonly Event[] } | Refusal;

export type Refusal = {
  readonly kind: "refused";
  readonly code: ErrorCode;
  readonly message: string;
};

export function accept(events: readonly Event[]): Decision {
  return { kind: "accepted", events };
}

export function refuse(code: ErrorCode, message: string): Refusal {
  return { kind: "refused", code, message };
}

/** The events of an accepted decision; throws the refusal as an `OrchestraError`. */
export function eventsOrThrow(decision: Decision): readonly Event[] {
  if (decision.kind === "refused") throw new OrchestraError(decision.code, decision.message);
  return decision.events;
}
