import { Transform } from "node:stream";
import { summaryLine } from "../bounds.ts";

/** More than a line of an agent's protocol has. Whoever waits for the end of one keeps all of it. */
export const AGENT_LINE_BYTES_MAX = 32 * 1024 * 1024;

const LINE_FEED = 0x0a;
/** More than is shown of a line that is too long. */
const BEGINNING_BYTES = 1_000;

/** Passes on what comes in, and ends before a line that is too long; with how that one begins. */
export function boundLines(onTooLong: (beginning: string) => void): Transform {
  let beginning = Buffer.alloc(0);
  let lineBytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const lineStart = chunk.lastIndexOf(LINE_FEED) + 1;
      if (lineStart > 0) [beginning, lineBytes] = [Buffer.alloc(0), 0];
      const line = chunk.subarray(lineStart);
      if (lineBytes < BEGINNING_BYTES) {
        beginning = Buffer.concat([beginning, line.subarray(0, BEGINNING_BYTES - lineBytes)]);
      }
      lineBytes += line.length;
      if (lineBytes <= AGENT_LINE_BYTES_MAX) {
        done(undefined, chunk);
      } else {
        onTooLong(summaryLine(beginning.toString("utf8")));
        this.push(null);
      }
    },
  });
}
