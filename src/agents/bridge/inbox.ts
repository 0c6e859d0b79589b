import type { Readable } from "node:stream";
import * as z from "zod";
import { readLines } from "./read-lines.ts";

const heard = z.discriminatedUnion("type", [
  z.object({ type: z.literal("message"), id: z.string(), text: z.string() }),
  z.object({ type: z.literal("interrupt") }),
]);

/** A line of `Steering`. */
export type Heard = z.infer<typeof heard>;

/** More than any message; what comes in has to end. */
const HEARD_LENGTH_MAX = 1_000_000;

/** Hands over each line that comes in; resolves when no more can come. Never rejects. */
export async function readInbox(input: Readable, onHeard: (one: Heard) => void): Promise<void> {
  const onLine = (line: string): void => {
    const { success, data } = heard.safeParse(jsonOf(line));
    if (success) onHeard(data);
  };
  await readLines(input, onLine, HEARD_LENGTH_MAX);
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // Half a line, or none of ours.
    return undefined;
  }
}
