import type { Readable } from "node:stream";

/**
 * Hands over each whole line that comes in, up to `lengthMax` characters of it; resolves when no more
 * can come. Never rejects: who spoke may be gone, and what was read until then stands.
 */
export async function readLines(
  input: Readable,
  onLine: (line: string) => void,
  lengthMax = Infinity,
): Promise<void> {
  let partial: string[] = [];
  let room = lengthMax;
  const keep = (piece: string): void => {
    if (room > 0) partial.push(piece.slice(0, room));
    room -= piece.length;
  };
  input.setEncoding("utf8");
  // Only a line feed ends a line: Node's own reader takes U+2028 for an end, too.
  input.on("data", (chunk) => {
    const [first = "", ...rest] = String(chunk).split("\n");
    keep(first);
    for (const piece of rest) {
      onLine(partial.join(""));
      [partial, room] = [[], lengthMax];
      keep(piece);
    }
  });
  return new Promise((resolve) => {
    for (const end of ["end", "error", "close"]) input.on(end, () => resolve());
  });
}
