import type { AtWork, WorkStep } from "../../core/reports/at-work.ts";
import { printable, type Style, type Terminal } from "../terminal.ts";
import { money, plural, shortDuration, tokens } from "../view/amounts.ts";
import { renderTable } from "../view/table.ts";

const ROWS_MAX = 200;

const STYLES: Record<WorkStep, Style> = {
  starting: "yellow",
  working: "cyan",
  ended: "dim",
  checks: "blue",
  stopping: "red",
  pausing: "yellow",
};

const COLUMNS = [
  { title: "TASK" },
  { title: "TRY", align: "right" },
  { title: "AGENT" },
  { title: "PID", align: "right" },
  { title: "STEP" },
  { title: "FOR", align: "right" },
  { title: "QUIET", align: "right" },
  { title: "TOKENS" },
  { title: "COST", align: "right" },
  { title: "TITLE", grows: true },
] as const;

/** Who is at work, a line each. */
export function atWorkLines(all: readonly AtWork[], terminal: Terminal, nowMs: number): string[] {
  if (all.length === 0) return ["No agent is at work."];
  const rows = all.slice(0, ROWS_MAX).map((one) => rowOf(one, terminal, nowMs));
  const [header = "", ...body] = renderTable(COLUMNS, rows, terminal.width);
  const rest = all.length - rows.length;
  return [
    terminal.style("dim", header),
    ...body,
    ...(rest === 0 ? [] : [terminal.style("dim", `… and ${plural(rest, "more agent")}`)]),
  ];
}

function rowOf(one: AtWork, terminal: Terminal, nowMs: number): string[] {
  const { taskId, attempt, agent, pid, step, sinceMs, lastOutputAtMs, usage, costUsd, title } = one;
  return [
    taskId,
    String(attempt),
    agent,
    pid === undefined ? "" : String(pid),
    terminal.style(STYLES[step], step),
    shortDuration(nowMs - sinceMs),
    lastOutputAtMs === undefined ? "" : shortDuration(nowMs - lastOutputAtMs),
    usage ? tokens(usage) : "",
    money(costUsd, one.costIsEstimated),
    printable(title),
  ];
}
