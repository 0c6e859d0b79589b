import type { Attempt } from "../../core/attempt.ts";
import type { Interrupt } from "../../core/interrupt.ts";
import type { Task, TaskState } from "../../core/task.ts";
import type { BlackboardReader } from "../../store/store.ts";
import { printable, type Terminal } from "../terminal.ts";
import { money, shortDuration } from "./amounts.ts";
import { renderTable, type Column } from "./table.ts";
import { TASK_LOOKS } from "./task-states.ts";

/** What `status` shows: everything that is going on, and the newest of what is not. */
export type Status = {
  readonly counts: Readonly<Record<TaskState, number>>;
  readonly tasks: readonly Task[];
  readonly attempts: readonly Attempt[];
  readonly interrupts: readonly Interrupt[];
};

const GOING_ON: readonly TaskState[] = ["active", "awaiting_qa", "failed", "waiting_human"];
const SHOWN_MAX = 200;
const NEXT_MAX = 10;
const ENDED_MAX = 5;

/** Reads a bounded part of the blackboard, however long the queue and its history are. */
export async function readStatus(reader: BlackboardReader): Promise<Status> {
  const counts = await reader.countTasks();
  const [busy, next, planned, ended, attempts, interrupts] = await Promise.all([
    reader.tasks({ states: GOING_ON, limit: SHOWN_MAX }),
    reader.tasks({ states: ["ready"], limit: NEXT_MAX }),
    reader.tasks({ states: ["planned"], limit: NEXT_MAX }),
    reader.tasks({
      states: ["complete", "abandoned", "cancelled"],
      newestFirst: true,
      limit: ENDED_MAX,
    }),
    reader.liveAttempts(),
    reader.openInterrupts(SHOWN_MAX),
  ]);
  return { counts, tasks: [...busy, ...next, ...planned, ...ended], attempts, interrupts };
}

const COLUMNS: readonly Column[] = [
  { title: "ID" },
  { title: "STATE" },
  { title: "AGENT" },
  { title: "TRY", align: "right" },
  { title: "TIME", align: "right" },
  { title: "COST", align: "right" },
  { title: "TITLE", grows: true },
];

/** The status in lines for a person. */
export function statusLines(status: Status, terminal: Terminal, nowMs: number): string[] {
  if (status.tasks.length === 0) {
    return ["No tasks yet. Queue one with: orchestra start 'what is to be done'"];
  }
  const attempts = new Map(status.attempts.map((attempt) => [attempt.taskId, attempt]));
  const rows = status.tasks.map((task) => row(task, attempts.get(task.id), terminal, nowMs));
  const [header = "", ...body] = renderTable(COLUMNS, rows, terminal.width);
  return [
    summaryLine(status.counts, terminal),
    "",
    terminal.style("dim", header),
    ...body,
    ...unlistedLines(status, terminal),
    ...waitLines(status.tasks, terminal, nowMs),
  ];
}

/** `2 active, 1 waits for you, 14 ready`; nothing when there is nothing. */
export function summaryLine(counts: Status["counts"], terminal: Terminal): string {
  const parts = Object.entries(TASK_LOOKS).flatMap(([state, look]) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The keys are the states.
    const count = counts[state as TaskState];
    return count === 0 ? [] : [terminal.style(look.style, `${count} ${look.label}`)];
  });
  return parts.join(", ");
}

function row(
  task: Task,
  attempt: Attempt | undefined,
  terminal: Terminal,
  nowMs: number,
): readonly string[] {
  const look = TASK_LOOKS[task.state];
  const startedAtMs = attempt?.startedAtMs ?? attempt?.queuedAtMs;
  return [
    task.id,
    terminal.style(look.style, `${look.symbol} ${stateLabel(task, attempt)}`),
    attempt?.agent ?? task.agent,
    task.attemptCount === 0 ? "" : String(task.attemptCount),
    startedAtMs === undefined ? "" : shortDuration(nowMs - startedAtMs),
    money(attempt?.costUsd, attempt?.costIsEstimated),
    printable(task.title),
  ];
}

function stateLabel(task: Task, attempt: Attempt | undefined): string {
  if (attempt?.isStopping) return "stopping";
  if (task.state === "active" && task.pausedAtMs !== undefined) return "pausing";
  if (task.state === "active" && attempt?.state !== "running") return "starting";
  if (task.state === "awaiting_qa") return attempt ? "checks" : "merging";
  if (task.pausedAtMs !== undefined) return "paused";
  if (task.parkedUntilMs !== undefined) return "parked";
  return TASK_LOOKS[task.state].label;
}

/** Which tasks the table has no room for, as it is read often. */
function unlistedLines({ counts, tasks }: Status, terminal: Terminal): string[] {
  const unlisted = { ...counts };
  for (const { state } of tasks) unlisted[state] -= 1;
  const summary = Object.entries(TASK_LOOKS).flatMap(([state, { label }]) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The keys are the states.
    const count = unlisted[state as TaskState];
    return count > 0 ? [`${count} more ${label}`] : [];
  });
  if (summary.length === 0) return [];
  const line = `… and ${summary.join(", ")}; \`orchestra replay\` lists them, too`;
  return [terminal.style("dim", line)];
}

/** Under the table: why tasks wait, and what a person can type. */
function waitLines(tasks: readonly Task[], terminal: Terminal, nowMs: number): string[] {
  return tasks.flatMap((task) => {
    if (task.pausedAtMs !== undefined) return ["", pauseLine(task, terminal)];
    if (task.waitReason === undefined) return [];
    const until =
      task.parkedUntilMs === undefined
        ? ""
        : ` (again in ${shortDuration(task.parkedUntilMs - nowMs)})`;
    const lines = ["", `${terminal.style("bold", task.id)}  ${printable(task.waitReason)}${until}`];
    if (task.state !== "waiting_human") return lines;
    const answer = `orchestra resolve ${task.id} --retry -m 'what to do differently' | --abandon`;
    return [...lines, terminal.style("dim", `          ${answer}`)];
  });
}

function pauseLine({ id }: Task, terminal: Terminal): string {
  const next = terminal.style("dim", `orchestra resume ${id}`);
  return `${terminal.style("bold", id)}  Paused; its session and its work are kept. ${next}`;
}
