import type { AttemptState } from "../../core/attempt.ts";
import { checkNames, type Compared } from "../../core/reports/comparison.ts";
import { printable, type Style, type Terminal } from "../terminal.ts";
import { money, plural, shortDuration, tokens } from "../view/amounts.ts";
import { renderTable } from "../view/table.ts";

const COLUMNS_MAX = 8;
const COLUMNS_MIN = 2;
const COLUMN_WIDTH = 18;
const CELL_LENGTH_MAX = 30;
const CHECKS_MAX = 100;

const STYLES: Partial<Record<AttemptState, Style>> = {
  succeeded: "green",
  failed: "red",
  timed_out: "red",
  stalled: "red",
  lost: "red",
  running: "cyan",
};

/** A column each; the newest ones where there are more than fit. */
export function comparisonLines(all: readonly Compared[], terminal: Terminal): string[] {
  const room = Math.floor(terminal.width / COLUMN_WIDTH) - 1;
  const shown = all.slice(-Math.max(COLUMNS_MIN, Math.min(COLUMNS_MAX, room)));
  const earlier = all.length - shown.length;
  const headers = shown.map(({ taskId, attempt }) => `${taskId} · ${attempt}`);
  const rows = factRows(shown, terminal).filter(([, ...cells]) =>
    cells.some((cell) => cell !== ""),
  );
  const columns = ["", ...headers].map((title) => ({ title }));
  const [header = "", ...body] = renderTable(columns, rows, terminal.width);
  return [
    terminal.style("bold", header),
    ...body,
    ...(earlier === 0
      ? []
      : [terminal.style("dim", `… and ${plural(earlier, "attempt")} before; --json has all`)]),
  ];
}

function factRows(shown: readonly Compared[], terminal: Terminal): string[][] {
  const row = (name: string, cellOf: (one: Compared) => string): string[] => [
    name,
    ...shown.map(cellOf),
  ];
  return [
    ...(new Set(shown.map(({ taskId }) => taskId)).size > 1 ? [row("title", titleOf)] : []),
    row("agent", ({ agent }) => agent),
    row("state", (one) => stateOf(one, terminal)),
    row("why", ({ failure }) => failure?.class.replaceAll("_", " ") ?? ""),
    ...checkNames(shown)
      .slice(0, CHECKS_MAX)
      .map((name) => row(`check ${cut(printable(name))}`, (one) => checkOf(one, name, terminal))),
    row("files", ({ changes }) => (changes ? String(changes.files) : "")),
    row("lines", ({ changes }) => (changes ? `+${changes.insertions} -${changes.deletions}` : "")),
    row("tokens", ({ usage }) => (usage ? tokens(usage) : "")),
    row("cost", ({ costUsd, costIsEstimated }) => money(costUsd, costIsEstimated)),
    row("time", ({ durationMs }) => (durationMs === undefined ? "" : shortDuration(durationMs))),
  ];
}

function titleOf({ title }: Compared): string {
  return cut(printable(title));
}

function stateOf({ state }: Compared, terminal: Terminal): string {
  return terminal.style(STYLES[state] ?? "dim", state.replaceAll("_", " "));
}

function checkOf({ checks }: Compared, name: string, terminal: Terminal): string {
  const check = checks.find((one) => one.name === name);
  if (!check) return "";
  const mark = check.passed ? terminal.style("green", "✓") : terminal.style("red", "✗");
  return `${mark} ${shortDuration(check.durationMs)}`;
}

function cut(text: string): string {
  const letters = Array.from(text);
  if (letters.length <= CELL_LENGTH_MAX) return text;
  return `${letters.slice(0, CELL_LENGTH_MAX - 1).join("")}…`;
}
