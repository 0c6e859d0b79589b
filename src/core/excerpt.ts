/** What is kept of a long output on the blackboard and in prompts. */
export const EXCERPT_BYTES_MAX = 8_000;

const LINE_LENGTH_MAX = 400;
const IMPORTANT =
  /\b(error|fail(ed|ure|ing)?|assert\w*|expected|received|actual|panic|exception|traceback|undefined|cannot|not ok)\b|✗|✖|×|\w\.\w+:\d+/i;

/**
 * The head, the tail and the important lines between them, in order, within `bytesMax` bytes (4,200
 * at least). A line is cut only when it is very long itself; blank lines at the end do not count.
 */
export function excerpt(text: string, bytesMax = EXCERPT_BYTES_MAX): string {
  const lines = text.trimEnd().split("\n").map(cut);
  if (sizeOf(lines.join("\n")) <= bytesMax) return lines.join("\n");

  // Half for the end, where most tools say what it comes to; the rest for how it began and for
  // what looks important between.
  const kept = new Set<number>();
  let room = bytesMax - MARKERS_BYTES;
  const keep = (indexes: readonly number[], share: number): void => {
    let left = Math.min(room, share);
    for (const index of indexes) {
      const size = sizeOf(lines[index] ?? "") + 1;
      if (kept.has(index)) continue;
      if (size > left) return;
      kept.add(index);
      left -= size;
      room -= size;
    }
  };
  const forwards = lines.map((_line, index) => index);
  keep([0, lines.length - 1], room);
  keep(forwards.toReversed(), bytesMax / 2);
  keep(forwards, bytesMax / 6);
  keep(
    forwards.filter((index) => IMPORTANT.test(lines[index] ?? "")).slice(0, IMPORTANT_LINES_MAX),
    room,
  );
  return joined(lines, kept);
}

/** Gaps come between important lines only, so their number and their markers' size are bounded. */
const IMPORTANT_LINES_MAX = 40;
const MARKER_BYTES = 40;
const MARKERS_BYTES = (IMPORTANT_LINES_MAX + 2) * MARKER_BYTES;

function joined(lines: readonly string[], kept: ReadonlySet<number>): string {
  const parts: string[] = [];
  let gap = 0;
  lines.forEach((line, index) => {
    if (!kept.has(index)) {
      gap += 1;
      return;
    }
    if (gap > 0) parts.push(`… ${gap} lines left out …`);
    gap = 0;
    parts.push(line);
  });
  if (gap > 0) parts.push(`… ${gap} lines left out …`);
  return parts.join("\n");
}

function cut(line: string): string {
  return line.length <= LINE_LENGTH_MAX ? line : `${line.slice(0, LINE_LENGTH_MAX)}…`;
}

function sizeOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
