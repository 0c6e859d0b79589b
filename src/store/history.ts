import { OrchestraError } from "../core/errors.ts";
import type { RecordedEvent } from "../core/events.ts";

/**
 * All events of a blackboard, part by part: run by run, each in its order. May be asked for again,
 * and is then the same.
 */
export type History = () => AsyncIterable<readonly RecordedEvent[]>;

/** Why a store does not take a history over. */
export function notEmpty(): OrchestraError {
  return new OrchestraError(
    "STORE_NOT_EMPTY",
    "The blackboard is not empty, and nothing was changed. Move it away, or name another one: --store sqlite:FILE",
  );
}
