import type { LinkedTask, TaskGraph } from "../../core/reports/dependencies.ts";
import { drawText } from "../../core/reports/graph-drawing.ts";
import { BLOCKED_MAX, isFatal, type DependencyFlaw } from "../../core/reports/dependency-flaws.ts";
import { printable, type Terminal } from "../terminal.ts";
import { plural } from "../view/amounts.ts";
import { renderTable } from "../view/table.ts";
import { TASK_LOOKS } from "../view/task-states.ts";

const ROWS_MAX = 200;
const FLAWS_SHOWN_MAX = 100;

/** Who waits for whom, as a table; of an empty graph, that nobody does. */
export function waitLines(graph: TaskGraph, terminal: Terminal): string[] {
  const waiting = [...graph.values()].filter(({ dependsOn }) => dependsOn.length > 0);
  if (waiting.length === 0) return ["No task waits for another."];
  const columns = [
    { title: "ID" },
    { title: "STATE" },
    { title: "WAITS FOR" },
    { title: "TITLE", grows: true },
  ];
  const rows = waiting
    .slice(0, ROWS_MAX)
    .map((task) => [
      task.id,
      looks(task, terminal),
      task.dependsOn.map((id) => `${symbolOf(graph.get(id))} ${id}`).join(", "),
      printable(task.title),
    ]);
  const [header = "", ...body] = renderTable(columns, rows, terminal.width);
  return [
    terminal.style("dim", header),
    ...body,
    ...rest(waiting.length - rows.length, "task", terminal),
  ];
}

/** One task between what it waits for and what waits for it. */
export function neighbourLines(
  task: LinkedTask & { readonly dependents: readonly string[] },
  graph: TaskGraph,
  terminal: Terminal,
): string[] {
  const listed = (title: string, ids: readonly string[]): string[] => [
    "",
    terminal.style("bold", title),
    ...(ids.length === 0 ? [terminal.style("dim", "  nothing")] : []),
    ...ids.slice(0, ROWS_MAX).map((id) => `  ${named(id, graph.get(id), terminal)}`),
    ...rest(Math.max(0, ids.length - ROWS_MAX), "task", terminal),
  ];
  return [
    named(task.id, task, terminal),
    ...listed("Waits for", task.dependsOn),
    ...listed("Waited for by", task.dependents),
  ];
}

const MORE = "name a task, or use --format dot, which draws all";

/** The whole graph as a tree; `more` says where the rest is to be had, if it is cut. */
export function graphLines(graph: TaskGraph, terminal: Terminal, more = MORE): string[] {
  if (graph.size === 0) return ["No tasks are left. `--all` draws those that have ended, too."];
  const { lines, isCut } = drawText(graph, (task, isRepeated) =>
    isRepeated ? terminal.style("dim", `${task.id} (see above)`) : named(task.id, task, terminal),
  );
  return isCut ? [...lines, terminal.style("dim", `… and more; ${more}`)] : [...lines];
}

/** What is wrong, and what to type about it. */
export function flawLines(
  flaws: readonly DependencyFlaw[],
  taskCount: number,
  terminal: Terminal,
): string[] {
  if (flaws.length === 0) {
    return [
      `${terminal.style("green", "✓")} ${plural(taskCount, "task")}, and nothing keeps any from completing.`,
    ];
  }
  return [
    ...flaws.slice(0, FLAWS_SHOWN_MAX).flatMap((flaw) => {
      const mark = isFatal(flaw) ? terminal.style("red", "✗") : terminal.style("magenta", "?");
      return [`${mark} ${flaw.problem}${behind(flaw)}`, terminal.style("dim", `  ${flaw.cure}`)];
    }),
    ...rest(Math.max(0, flaws.length - FLAWS_SHOWN_MAX), "flaw", terminal),
  ];
}

function behind({ blocked }: DependencyFlaw): string {
  if (blocked === 0) return "";
  const verb = blocked === 1 ? "waits" : "wait";
  return ` ${blocked === BLOCKED_MAX ? "At least " : ""}${plural(blocked, "task")} more ${verb} for that.`;
}

function named(id: string, task: LinkedTask | undefined, terminal: Terminal): string {
  if (!task) return `${terminal.style("red", "✗ missing")}  ${id}`;
  return `${looks(task, terminal)}  ${id}  ${printable(task.title)}`;
}

function looks({ state }: LinkedTask, terminal: Terminal): string {
  const { symbol, label, style } = TASK_LOOKS[state];
  return terminal.style(style, `${symbol} ${label}`);
}

function symbolOf(task: LinkedTask | undefined): string {
  return task ? TASK_LOOKS[task.state].symbol : "✗";
}

function rest(count: number, noun: string, terminal: Terminal): string[] {
  return count === 0 ? [] : [terminal.style("dim", `… and ${plural(count, `more ${noun}`)}`)];
}
