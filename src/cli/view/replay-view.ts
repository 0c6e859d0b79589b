import type { RecordedEvent } from "../../core/events.ts";
import { countTasks, type State } from "../../core/state.ts";
import type { Task, TaskState } from "../../core/task.ts";
import type { Replay } from "../../store/replay.ts";
import { printable, type Terminal } from "../terminal.ts";
import { plural } from "./amounts.ts";
import { summaryLine } from "./status-view.ts";
import { renderTable, type Column } from "./table.ts";
import { TASK_LOOKS } from "./task-states.ts";

/** How a task's state changed; before it was added it had none. */
export type TaskChange = {
  readonly taskId: string;
  readonly before: TaskState | undefined;
  readonly after: TaskState | undefined;
};

const TASKS_SHOWN_MAX = 200;
const EVENTS_SHOWN_MAX = 40;

const COLUMNS: readonly Column[] = [
  { title: "ID" },
  { title: "THEN" },
  { title: "NOW" },
  { title: "TRY", align: "right" },
  { title: "TITLE", grows: true },
];

/** The tasks that are in another state now than then, in the order in which they were added. */
export function changesSince(before: State, after: State): TaskChange[] {
  const ids = new Set([...before.tasks.keys(), ...after.tasks.keys()]);
  return [...ids]
    .map((taskId) => ({
      taskId,
      before: before.tasks.get(taskId)?.state,
      after: after.tasks.get(taskId)?.state,
    }))
    .filter(({ before, after }) => before !== after);
}

/** A run as it was, for a person. */
export function replayLines(runId: string, replayed: Replay, terminal: Terminal): string[] {
  const { before, after, at, last, since, sinceCount } = replayed;
  const when = at
    ? `After event ${at.seq} of ${last.seq}, ${timeOf(at)}`
    : "Before its first event";
  const counts = summaryLine(countTasks(before), terminal);
  return [
    `${terminal.style("bold", runId)}  ${when}`,
    ...(counts === "" ? [] : ["", counts]),
    ...taskLines(before, after, terminal),
    ...sinceLines(since, sinceCount, terminal),
  ];
}

function taskLines(before: State, after: State, terminal: Terminal): string[] {
  const tasks = [...new Map([...before.tasks, ...after.tasks]).values()];
  if (tasks.length === 0) return [];
  // Those that changed are what is looked for.
  const changed = new Set(changesSince(before, after).map(({ taskId }) => taskId));
  const shown = tasks
    .toSorted((a, b) => Number(changed.has(b.id)) - Number(changed.has(a.id)))
    .slice(0, TASKS_SHOWN_MAX);
  const rows = shown.map(({ id }) => row(before.tasks.get(id), after.tasks.get(id), terminal));
  const [header = "", ...body] = renderTable(COLUMNS, rows, terminal.width);
  return [
    "",
    terminal.style("dim", header),
    ...body,
    ...restLine(tasks.length - shown.length, "task", terminal),
  ];
}

function row(before: Task | undefined, after: Task | undefined, terminal: Terminal): string[] {
  const task = before ?? after;
  return [
    task?.id ?? "",
    looks(before, terminal),
    before?.state === after?.state ? "" : looks(after, terminal),
    task && task.attemptCount > 0 ? String(task.attemptCount) : "",
    printable(task?.title ?? ""),
  ];
}

function looks(task: Task | undefined, terminal: Terminal): string {
  if (!task) return terminal.style("dim", "–");
  const { style, symbol, label } = TASK_LOOKS[task.state];
  return terminal.style(style, `${symbol} ${label}`);
}

function sinceLines(
  since: readonly RecordedEvent[],
  sinceCount: number,
  terminal: Terminal,
): string[] {
  if (sinceCount === 0) return [];
  const shown = since.slice(0, EVENTS_SHOWN_MAX);
  return [
    "",
    terminal.style("bold", "What happened since"),
    ...shown.map((event) => {
      const subject = "taskId" in event ? `  ${event.taskId}` : "";
      const place = terminal.style("dim", `${String(event.seq).padStart(6)}  ${timeOf(event)}`);
      return `${place}${subject}  ${event.type.replaceAll("_", " ")}`;
    }),
    ...restLine(sinceCount - shown.length, "event", terminal),
  ];
}

function restLine(count: number, noun: string, terminal: Terminal): string[] {
  return count === 0 ? [] : [terminal.style("dim", `… and ${plural(count, `more ${noun}`)}`)];
}

function timeOf({ atMs }: RecordedEvent): string {
  return new Date(atMs).toISOString().replace("T", " ").slice(0, 19);
}
