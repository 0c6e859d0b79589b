import type { TimeLeft } from "../../core/reports/time-left.ts";
import { printable, type Terminal } from "../terminal.ts";
import { plural, shortDuration } from "../view/amounts.ts";
import { renderTable } from "../view/table.ts";

const ROWS_MAX = 200;
/** Less than this part of its time left is worth a colour. */
const SCARCE = 0.1;

const COLUMNS = [
  { title: "TASK" },
  { title: "TRY", align: "right" },
  { title: "AGENT" },
  { title: "LIMIT", align: "right" },
  { title: "USED", align: "right" },
  { title: "LEFT", align: "right" },
  { title: "STALL", align: "right" },
  { title: "QUIET", align: "right" },
  { title: "TITLE", grows: true },
] as const;

/** What each attempt at work has left of its time, a line each. */
export function timeLeftLines(all: readonly TimeLeft[], terminal: Terminal): string[] {
  if (all.length === 0) return ["No agent is at work, so no time runs out."];
  const rows = all.slice(0, ROWS_MAX).map((one) => rowOf(one, terminal));
  const [header = "", ...body] = renderTable(COLUMNS, rows, terminal.width);
  const rest = all.length - rows.length;
  return [
    terminal.style("dim", header),
    ...body,
    ...(rest === 0 ? [] : [terminal.style("dim", `… and ${plural(rest, "more agent")}`)]),
  ];
}

function rowOf(one: TimeLeft, terminal: Terminal): string[] {
  const { taskId, attempt, agent, timeoutMs, usedMs, leftMs, stallMs, quietMs, title } = one;
  const left = shortDuration(leftMs);
  return [
    taskId,
    String(attempt),
    agent,
    shortDuration(timeoutMs),
    shortDuration(usedMs),
    leftMs < SCARCE * timeoutMs ? terminal.style("yellow", left) : left,
    stallMs === undefined ? "off" : shortDuration(stallMs),
    shortDuration(quietMs),
    printable(title),
  ];
}
