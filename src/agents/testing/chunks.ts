import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StreamParser, StreamReport } from "../adapter.ts";
import { followLines } from "../process/follow-lines.ts";

/** What a parser reports of an output that grows in a file, read while it does. */
export async function reportInChunks(
  parser: StreamParser,
  output: string | Buffer,
  chunkBytes: number,
): Promise<StreamReport> {
  const folder = await mkdtemp(join(tmpdir(), "orchestra-chunks-"));
  try {
    const file = join(folder, "stdout");
    const follower = followLines(file);
    const bytes = Buffer.from(output);
    for (let offset = 0; offset < bytes.length; offset += chunkBytes) {
      await appendFile(file, bytes.subarray(offset, offset + chunkBytes));
      for (let lines = await follower.next(); lines.length > 0; lines = await follower.next()) {
        for (const line of lines) parser.push(line);
      }
    }
    for (const line of await follower.end()) parser.push(line);
    return parser.report();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
