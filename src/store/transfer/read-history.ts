import { createHash, type Hash } from "node:crypto";
import { OrchestraError } from "../../core/errors.ts";
import type { RecordedEvent } from "../../core/events.ts";
import type { History } from "../history.ts";
import { eventShapes } from "./event-shapes.ts";
import { FORMAT_VERSION, headerShape, trailerShape } from "./format.ts";
import { createSequence, type Sequence } from "./sequence.ts";
import { readLines, type Line } from "./read-lines.ts";

/** Events handed on at a time. */
const EVENTS_PER_PART = 1_000;

/**
 * The history in a file, checked from its first byte to its last while it is read: at the end it is
 * certain that nothing is missing, and before it nothing may be relied on.
 */
export function historyIn(file: string): History {
  return async function* everything() {
    const reading: Reading = {
      file,
      sum: createHash("sha256"),
      sequence: createSequence(),
      counts: { runs: 0, events: 0 },
      line: 0,
      isEnded: false,
    };
    let part: RecordedEvent[] = [];
    for await (const line of explained(file, readLines(file))) {
      reading.line += 1;
      const event = take(reading, line);
      if (event) part.push(event);
      if (part.length < EVENTS_PER_PART) continue;
      yield part;
      part = [];
    }
    if (reading.line === 0) throw wrong(file, "is empty");
    if (!reading.isEnded) throw wrong(file, "was cut: its end is missing. Export it once more");
    yield part;
  };
}

/** Reads a file to its end, to know that it is whole before anything is done with it. */
export async function checkHistory(file: string): Promise<void> {
  for await (const _events of historyIn(file)());
}

type Reading = {
  readonly file: string;
  readonly sum: Hash;
  readonly sequence: Sequence;
  readonly counts: { runs: number; events: number };
  line: number;
  isEnded: boolean;
};

/** The event of a line, if it is one. */
function take(reading: Reading, { bytes, isWhole }: Line): RecordedEvent | undefined {
  const { file, sum, line, counts } = reading;
  if (reading.isEnded) throw wrong(file, `goes on after its end, in line ${line}`);
  const value = isWhole ? parsedOrUndefined(bytes) : undefined;
  if (line === 1) requireHeader(file, value);
  else if (!isWhole) throw wrong(file, `was cut in line ${line}. Export it once more`);
  const trailer = trailerShape.safeParse(value);
  if (trailer.success) {
    const { runs, events, sha256 } = trailer.data;
    reading.isEnded = true;
    if (runs === counts.runs && events === counts.events && sha256 === sum.digest("hex")) return;
    throw wrong(file, "was changed or damaged since it was exported. Export it once more");
  }
  sum.update(bytes).update("\n");
  if (line === 1) return undefined;
  const event = requireEvent(reading, value);
  counts.runs += event.type === "run_created" ? 1 : 0;
  counts.events += 1;
  return event;
}

function requireHeader(file: string, value: unknown): void {
  const header = headerShape.safeParse(value);
  if (!header.success) {
    throw wrong(file, "is no blackboard that Orchestra has exported or backed up");
  }
  if (header.data.version <= FORMAT_VERSION) return;
  throw wrong(
    file,
    `was exported by a newer Orchestra (format ${header.data.version}, this one knows ${FORMAT_VERSION}). Update Orchestra`,
  );
}

function requireEvent({ file, line, sequence }: Reading, value: unknown): RecordedEvent {
  const found = eventShapes.get(typeOf(value))?.safeParse(value);
  if (!found?.success) throw wrong(file, `has no event that is known here in line ${line}`);
  // The tests have the compiler compare the shapes with the type.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const event = found.data as unknown as RecordedEvent;
  const problem = sequence.problemOf(event);
  if (problem !== undefined) throw wrong(file, `${problem}, in line ${line}`);
  return event;
}

function typeOf(value: unknown): string {
  const isTyped = typeof value === "object" && value !== null && "type" in value;
  return isTyped && typeof value.type === "string" ? value.type : "";
}

function parsedOrUndefined(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}

/** What the file system or the compression has against the file. */
async function* explained(file: string, lines: AsyncIterable<Line>): AsyncGenerator<Line> {
  try {
    yield* lines;
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error) || error instanceof OrchestraError) {
      throw error;
    }
    throw wrong(file, WORDS[String(error.code)] ?? `cannot be read: ${error.message}`, error);
  }
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: "does not exist",
  EISDIR: "is a folder",
  EACCES: "cannot be read by you",
  Z_BUF_ERROR: "was cut. Export it once more",
  Z_DATA_ERROR: "is damaged. Export it once more",
};

/** What a file to take over has against it. */
export function wrong(file: string, what: string, cause?: unknown): OrchestraError {
  const message = `${file} ${what}. Nothing was changed.`;
  return new OrchestraError("INVALID_FILE", message, cause === undefined ? {} : { cause });
}
