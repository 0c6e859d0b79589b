import { printable, type Terminal } from "../terminal.ts";
import { summaryLine } from "../view/status-view.ts";
import { TASK_LOOKS } from "../view/task-states.ts";
import type { SeenTask, Sight } from "./look-for-rest.ts";

const TASKS_SHOWN_MAX = 200;

/** What has come of waiting, for a person. */
export function sayRest(
  terminal: Terminal,
  end: "rest" | "timeout" | "stopped",
  { rest, counts, tasks }: Sight,
): void {
  for (const task of tasks.slice(0, TASKS_SHOWN_MAX)) terminal.say(lineOf(task, terminal));
  if (tasks.length === 0) terminal.say(summaryLine(counts, terminal) || "The queue is empty.");
  if (end === "timeout") {
    terminal.note("Not at rest yet when the time was up. `orchestra status` says what goes on.");
  } else if (rest === "needs_human") {
    terminal.note("What is left waits for you. `orchestra status` says why.");
  } else if (rest === "no_agent") {
    terminal.note(
      "What is left wants an agent that is not configured. `orchestra run` says which.",
    );
  }
}

function lineOf({ id, title, state, waitReason }: SeenTask, terminal: Terminal): string {
  const { symbol, label, style } = TASK_LOOKS[state];
  const reason = waitReason === undefined ? "" : `: ${printable(waitReason)}`;
  return `${terminal.style(style, `${symbol} ${label}`)}  ${id}  ${printable(title)}${reason}`;
}
