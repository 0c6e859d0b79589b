import { createReadStream, createWriteStream, renameSync, rmSync } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { sizeOf } from "./follow-lines.ts";

/** What is kept of a long output that is over: how it began, and how it ended. */
export const HEAD_BYTES = 16 * 1024 ** 2;
export const TAIL_BYTES = 48 * 1024 ** 2;
/** Lines that are no longer than this stay whole. */
const LINE_BYTES_MAX = 64 * 1024;
const NOTE_BYTES_MAX = 64;
const LINE_FEED = 0x0a;

/**
 * Cuts a file that nobody writes to any more to its head and its tail, with a line between them that
 * says how much was left out. One that is short enough stays as it is; so does one that was cut.
 */
export async function cutOutput(
  file: string,
  { headBytes, tailBytes } = { headBytes: HEAD_BYTES, tailBytes: TAIL_BYTES },
): Promise<void> {
  const size = sizeOf(file);
  if (size <= headBytes + tailBytes + NOTE_BYTES_MAX) return;
  const { headEnd, tailStart } = await edgesOf(file, headBytes, size - tailBytes);
  const unseen = `${file}.new`;
  async function* kept(): AsyncGenerator<Buffer | string> {
    yield* createReadStream(file, { end: headEnd - 1 });
    yield `… ${tailStart - headEnd} bytes left out …\n`;
    yield* createReadStream(file, { start: tailStart, end: size - 1 });
  }
  try {
    await pipeline(Readable.from(kept()), createWriteStream(unseen));
    renameSync(unseen, file);
  } catch (error) {
    rmSync(unseen, { force: true });
    throw error;
  }
}

/** Where lines end and begin, near these places. */
async function edgesOf(file: string, head: number, tail: number) {
  await using handle = await open(file, "r");
  const before = await bytesAt(handle, Math.max(0, head - LINE_BYTES_MAX), head);
  const after = await bytesAt(handle, tail - 1, tail + LINE_BYTES_MAX);
  const headEnd = head - before.length + before.lastIndexOf(LINE_FEED) + 1;
  const tailStart = tail + Math.max(0, after.indexOf(LINE_FEED));
  return { headEnd: before.includes(LINE_FEED) ? headEnd : head, tailStart };
}

async function bytesAt(handle: FileHandle, start: number, end: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(end - start), 0, end - start, start);
  return buffer.subarray(0, bytesRead);
}
