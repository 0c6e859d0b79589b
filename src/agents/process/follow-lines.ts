import { statSync } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";

export type LineFollower = {
  /**
   * Complete lines that came since the last call, a bounded number at a time; none when all that the
   * file held is read, or when it is larger than the follower's limit.
   */
  readonly next: () => Promise<readonly string[]>;
  /** What is left after the last line feed, once nothing more will come. */
  readonly end: () => Promise<readonly string[]>;
};

const CHUNK_BYTES = 256 * 1024;
/** What follows in a longer line is skipped, so that no agent can fill the memory. */
export const LINE_BYTES_MAX = 16 * 1024 * 1024;

const LINE_FEED = 0x0a;
/** Some programs begin what they write with it; it is no JSON. */
const BYTE_ORDER_MARK = "\uFEFF";

type Follow = {
  readonly file: string;
  readonly fileBytesMax: number;
  offset: number;
  /** The line that has no end yet, as far as it is kept. */
  partial: Buffer[];
  partialBytes: number;
  isFirst: boolean;
};

/**
 * Reads a growing file line by line. Lines end with a line feed and with nothing else; bytes that
 * are not UTF-8 become U+FFFD, and a mark of the encoding before the first line is left out. A file
 * that grows faster than it is read would never let go of its reader: one that is larger than
 * `fileBytesMax` is not read on.
 */
export function followLines(file: string, fileBytesMax = Infinity): LineFollower {
  const follow: Follow = {
    file,
    fileBytesMax,
    offset: 0,
    partial: [],
    partialBytes: 0,
    isFirst: true,
  };
  return {
    next: async () => next(follow),
    end: async () => (follow.partialBytes === 0 ? [] : [takeLine(follow)]),
  };
}

async function next(follow: Follow): Promise<readonly string[]> {
  const size = sizeOf(follow.file);
  if (size <= follow.offset || size > follow.fileBytesMax) return [];
  await using handle = await open(follow.file, "r");
  while (follow.offset < size) {
    // No more than is there: a hundred agents that print a little would fill the memory with room for more.
    const chunk = await readAt(handle, follow.offset, Math.min(CHUNK_BYTES, size - follow.offset));
    if (chunk.length === 0) return [];
    follow.offset += chunk.length;
    const lines = linesOf(follow, chunk);
    if (lines.length > 0) return lines;
  }
  return [];
}

function linesOf(follow: Follow, chunk: Buffer): readonly string[] {
  const lines: string[] = [];
  let start = 0;
  for (;;) {
    const end = chunk.indexOf(LINE_FEED, start);
    if (end === -1) break;
    keep(follow, chunk.subarray(start, end));
    lines.push(takeLine(follow));
    start = end + 1;
  }
  keep(follow, chunk.subarray(start));
  return lines;
}

function keep(follow: Follow, bytes: Buffer): void {
  const room = LINE_BYTES_MAX - follow.partialBytes;
  if (room > 0 && bytes.length > 0) follow.partial.push(Buffer.from(bytes.subarray(0, room)));
  follow.partialBytes += bytes.length;
}

function takeLine(follow: Follow): string {
  const told = Buffer.concat(follow.partial).toString("utf8");
  const text = follow.isFirst && told.startsWith(BYTE_ORDER_MARK) ? told.slice(1) : told;
  const skippedBytes = follow.partialBytes - LINE_BYTES_MAX;
  follow.partial = [];
  follow.partialBytes = 0;
  follow.isFirst = false;
  return skippedBytes > 0 ? `${text}… ${skippedBytes} bytes left out …` : text;
}

/** The last `bytes` of a file as text; empty when there is no such file. */
export async function readTail(file: string, bytes: number): Promise<string> {
  return readEnds(file, 0, bytes);
}

/**
 * A file as text, without what lies between its first `headBytes` and its last `tailBytes`; empty
 * when there is no such file.
 */
export async function readEnds(
  file: string,
  headBytes: number,
  tailBytes: number,
): Promise<string> {
  const size = sizeOf(file);
  if (size === 0) return "";
  await using handle = await open(file, "r");
  if (size <= headBytes + tailBytes) return (await readAt(handle, 0, size)).toString("utf8");

  const head = await readAt(handle, 0, headBytes);
  const tail = await readAt(handle, size - tailBytes, tailBytes);
  const marker = `\n… ${size - headBytes - tailBytes} bytes left out …\n`;
  return `${head.toString("utf8")}${headBytes > 0 ? marker : ""}${tail.toString("utf8")}`;
}

/** All that was asked for, or all there is. */
async function readAt(handle: FileHandle, position: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(bytes);
  let filled = 0;
  while (filled < bytes) {
    const { bytesRead } = await handle.read(buffer, filled, bytes - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** Bytes of a file; 0 when there is none. */
export function sizeOf(file: string): number {
  // At once: it is asked several times a second, and a detour over the thread pool costs ten times more.
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
