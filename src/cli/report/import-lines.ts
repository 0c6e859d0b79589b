import type { SkippedTask } from "../../intake/plan-import.ts";
import { printable, type Terminal } from "../terminal.ts";
import { plural } from "../view/amounts.ts";

const SKIPPED_SHOWN_MAX = 50;

/** What was left out, and why. */
export function skippedLines(skipped: readonly SkippedTask[], terminal: Terminal): string[] {
  if (skipped.length === 0) return [];
  const shown = skipped.slice(0, SKIPPED_SHOWN_MAX);
  const rest = skipped.length - shown.length;
  return [
    `${plural(skipped.length, "task")} left out:`,
    ...shown.map(({ sourceId, title, reason }) =>
      terminal.style("dim", printable(`  ${sourceId}  ${title}: ${reason}`)),
    ),
    ...(rest === 0 ? [] : [terminal.style("dim", `  … and ${plural(rest, "more task")}`)]),
  ];
}
