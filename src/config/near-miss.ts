/** The name that `typed` was most likely meant to be, if one is near enough to ask. */
export function nearMiss(typed: string, names: readonly string[]): string | undefined {
  const editsMax = Math.max(1, Math.floor(typed.length / 3));
  const [best] = names
    .map((name) => ({ name, edits: edits(typed.toLowerCase(), name.toLowerCase(), editsMax) }))
    .filter((one) => one.edits <= editsMax)
    .toSorted((a, b) => a.edits - b.edits);
  return best?.name;
}

/** Letters to change, add, drop or swap with the next one; more than `max` is not counted out. */
function edits(from: string, to: string, max: number): number {
  if (Math.abs(from.length - to.length) > max) return max + 1;
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let line = 1; line <= from.length; line++) {
    const next = [line];
    for (let column = 1; column <= to.length; column++) {
      const isSame = from[line - 1] === to[column - 1];
      const isSwapped = from[line - 1] === to[column - 2] && from[line - 2] === to[column - 1];
      next[column] = Math.min(
        at(row, column) + 1,
        at(next, column - 1) + 1,
        at(row, column - 1) + (isSame ? 0 : 1),
        isSwapped ? at(before, column - 2) + 1 : Infinity,
      );
    }
    before = row;
    row = next;
  }
  return at(row, to.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
