import * as z from "zod/mini";
import { OrchestraError } from "../../core/errors.ts";
import type { RecordedEvent } from "../../core/events.ts";

/** The layout that this program writes; a newer one is refused. */
const LAYOUT_VERSION = 1;

const header = z.object({ orchestra: z.literal("blackboard"), version: z.number() });
const event = z.looseObject({
  type: z.string(),
  runId: z.string(),
  atMs: z.number(),
  seq: z.number(),
});
const commit = z.array(event);

/** The first line of a journal, which says what it is. */
export const HEADER = JSON.stringify({ orchestra: "blackboard", version: LAYOUT_VERSION });

/** One line: the events that were committed together. */
export function lineOf(events: readonly RecordedEvent[]): string {
  return JSON.stringify(events);
}

/** Throws `STORE_NEWER` or `STORE_UNAVAILABLE` when a journal does not begin as ours do. */
export function requireHeader(line: string, file: string): void {
  const found = header.safeParse(parsedOrNull(line));
  if (!found.success) {
    throw new OrchestraError("STORE_UNAVAILABLE", `${file} is no blackboard. Move it away.`);
  }
  if (found.data.version > LAYOUT_VERSION) {
    throw new OrchestraError(
      "STORE_NEWER",
      `${file} was written by a newer Orchestra (layout ${found.data.version}, this one knows ${LAYOUT_VERSION}). Update Orchestra.`,
    );
  }
}

/** The events of one line. */
export function eventsOf(line: string, file: string, lineNumber: number): readonly RecordedEvent[] {
  const found = commit.safeParse(parsedOrNull(line));
  if (!found.success) throw damagedLine(file, lineNumber);
  // Written by `lineOf`; what tells a damaged line from a whole one has been looked at.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return found.data as unknown as readonly RecordedEvent[];
}

export function damagedLine(file: string, lineNumber: number): OrchestraError {
  return new OrchestraError(
    "STORE_UNAVAILABLE",
    `${file} is damaged in line ${lineNumber}. Restore a copy of its folder.`,
  );
}

function parsedOrNull(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
