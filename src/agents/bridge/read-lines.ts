import type { Readable } from "node:stream";

/**
 * Hands over each whole line that comes in, up to `lengthMax` characters of it; resolves when no more
 * can come. Never rejects: who spoke may be gone, and what was read until then stands.
 */
export async function readLines(
  input: Readable,
  lengthMax: number,
  onLine: (line: string) => void,
): Promise<void> {
  let partial = "";
  input.setEncoding("utf8");
  // Only a line feed ends a line: Node's own reader takes U+2028 for an end, too.
  input.on("data", (chunk) => {
    const lines = `${partial}${String(chunk)}`.split("\n");
    partial = (lines.pop() ?? "").slice(0, lengthMax);
    for (const line of lines) onLine(line);
  });
  return new Promise((resolve) => {
    for (const end of ["end", "error", "close"]) input.on(end, () => resolve());
  });
}
