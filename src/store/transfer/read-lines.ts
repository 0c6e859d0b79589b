import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { createGunzip } from "node:zlib";

/** Longer than any event: a prompt has at most a mebibyte. */
const LINE_BYTES_MAX = 64 * 1024 ** 2;
const LINE_FEED = 10;
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);

/** A line as it stands in the file, and whether it is whole: what comes after the last line feed is not. */
export type Line = { readonly bytes: Buffer; readonly isWhole: boolean };

/** The lines of a file, compressed or not; one that is too long is given up in parts. */
export async function* readLines(file: string): AsyncGenerator<Line> {
  let left: Buffer[] = [];
  let leftBytes = 0;
  for await (const chunk of await bytesOf(file)) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      yield { bytes: Buffer.concat([...left, chunk.subarray(start, end)]), isWhole: true };
      left = [];
      leftBytes = 0;
      start = end + 1;
    }
    const rest = chunk.subarray(start);
    left.push(rest);
    leftBytes += rest.length;
    if (leftBytes > LINE_BYTES_MAX) break;
  }
  if (leftBytes > 0) yield { bytes: Buffer.concat(left), isWhole: false };
}

async function bytesOf(file: string): Promise<AsyncIterable<Buffer>> {
  const isCompressed = await beginsWith(file, GZIP_MAGIC);
  const source = createReadStream(file);
  if (!isCompressed) return source;
  const plain = createGunzip();
  // A failure to read is told by what is read from in the end.
  source.on("error", (error) => plain.destroy(error));
  return source.pipe(plain);
}

/** Whether a file's first bytes are these. */
export async function beginsWith(file: string, bytes: Buffer): Promise<boolean> {
  await using opened = await open(file);
  const { buffer, bytesRead } = await opened.read(Buffer.alloc(bytes.length), 0, bytes.length, 0);
  return buffer.subarray(0, bytesRead).equals(bytes);
}
