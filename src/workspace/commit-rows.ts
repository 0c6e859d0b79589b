/** Each commit and its parents, of a `rev-list --parents`. */
export function rowsOf(lines: string): string[][] {
  return lines
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split(" "));
}

/** The commits of a `rev-list --parents` that are no parent of another. */
export function tipsOf(lines: string): string[] {
  const rows = rowsOf(lines);
  const parents = new Set(rows.flatMap((row) => row.slice(1)));
  return rows.flatMap(([commit = ""]) => (parents.has(commit) ? [] : [commit]));
}
