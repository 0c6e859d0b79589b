import { stripVTControlCharacters } from "node:util";

export type Column = { readonly title: string; readonly align?: "right"; readonly grows?: boolean };

const GAP = "  ";
const GROWING_WIDTH_MIN = 12;

/** Lines of a table that fits in `width`: the growing column gives way, and is cut with an ellipsis. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): string[] {
  const widths = columns.map((column, index) =>
    Math.max(widthOf(column.title), ...rows.map((row) => widthOf(row[index] ?? ""))),
  );
  const growing = columns.findIndex((column) => column.grows);
  const total = widths.reduce((sum, one) => sum + one + GAP.length, 0);
  if (growing >= 0 && total > width) {
    const room = (widths[growing] ?? 0) - (total - width);
    widths[growing] = Math.max(GROWING_WIDTH_MIN, room);
  }
  const line = (cells: readonly string[]): string =>
    columns
      .map((column, index) => fitted(cells[index] ?? "", widths[index] ?? 0, column.align))
      .join(GAP)
      .trimEnd();
  return [line(columns.map((column) => column.title)), ...rows.map(line)];
}

function fitted(cell: string, width: number, align: "right" | undefined): string {
  const length = widthOf(cell);
  if (length > width) return `${[...stripVTControlCharacters(cell)].slice(0, width - 1).join("")}…`;
  const padding = " ".repeat(width - length);
  return align === "right" ? padding + cell : cell + padding;
}

function widthOf(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}
