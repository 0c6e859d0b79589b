import type { Attempt } from "../../core/attempt.ts";
import type { Message } from "../../core/message.ts";
import type { RecordedEvent } from "../../core/events.ts";
import type { Task } from "../../core/task.ts";
import { OrchestraError } from "../../core/errors.ts";
import type { Cli } from "../cli.ts";
import { findTask } from "../find-task.ts";
import { printable, type Terminal } from "../terminal.ts";
import { money, shortDuration, tokens } from "../view/amounts.ts";
import { TASK_LOOKS } from "../view/task-states.ts";

/** An agent that works for days reports thousands of times. */
const EVENTS_SHOWN_MAX = 1_000;

/** Shows everything about one task; changes nothing. */
export async function show(cli: Cli, id: string): Promise<void> {
  await using reader = await cli.openReader();
  if (!reader) throw new OrchestraError("TASK_NOT_FOUND", "There are no tasks here yet.");
  const task = await findTask(reader, id);
  const attempts = await reader.attemptsOf(task.id);
  const all = await reader.eventsOfTask(task.id);
  const events = all.slice(-EVENTS_SHOWN_MAX);
  const interrupts = (await reader.openInterrupts(1_000)).filter((one) => one.taskId === task.id);
  cli.terminal.json({ task, attempts, interrupts, events, eventCount: all.length });

  const { terminal } = cli;
  const nowMs = cli.clock.nowMs();
  for (const line of [
    ...taskLines(task, terminal),
    ...attempts.flatMap((attempt) => attemptLines(attempt, terminal, nowMs)),
    ...timelineLines(events, all.length - events.length, terminal),
  ]) {
    terminal.say(line);
  }
}

function taskLines(task: Task, terminal: Terminal): string[] {
  const look = TASK_LOOKS[task.state];
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["why", task.waitReason],
    ["agent", [task.agent, ...(task.fallbackAgents ?? [])].join(", else ")],
    ["priority", String(task.priority)],
    ["after", task.dependsOn.join(", ")],
    ["target", task.merges ? task.targetBranch : `${task.targetBranch} (not merged)`],
    ["checks", task.checks.map((check) => check.name).join(", ")],
    ["commit", task.commit],
    ["merged", task.mergedCommit],
  ];
  return [
    `${terminal.style("bold", task.id)}  ${printable(task.title)}`,
    terminal.style(look.style, `${look.symbol} ${look.label}`),
    ...(task.pausedAtMs === undefined ? [] : [terminal.style("yellow", "paused")]),
    ...facts.flatMap(([name, value]) =>
      value ? [`${terminal.style("dim", name.padEnd(9))} ${printable(value)}`] : [],
    ),
    "",
    ...printable(task.prompt).split("\n"),
    ...(task.messages ?? []).flatMap((message) => messageLines(message, terminal)),
  ];
}

function messageLines({ text, isHeard }: Message, terminal: Terminal): string[] {
  const told = isHeard ? "heard" : "not heard yet";
  return ["", `${terminal.style("bold", "Said")}  ${told}`, ...indented(text)];
}

function attemptLines(attempt: Attempt, terminal: Terminal, nowMs: number): string[] {
  const { startedAtMs, endedAtMs = nowMs } = attempt;
  const took = startedAtMs === undefined ? "" : shortDuration(endedAtMs - startedAtMs);
  const facts = [
    attempt.agent,
    took,
    tokens(attempt.usage),
    money(attempt.costUsd, attempt.costIsEstimated),
  ];
  return [
    "",
    `${terminal.style("bold", `Attempt ${attempt.number}`)}  ${attempt.state.replace("_", " ")}  ${facts.filter(Boolean).join(", ")}`,
    terminal.style("dim", `  branch ${attempt.branch}`),
    ...(attempt.failure ? [`  ${printable(attempt.failure.message)}`] : []),
    ...attempt.evidence.flatMap((evidence) => [
      `  ${evidence.passed ? terminal.style("green", "✓") : terminal.style("red", "✗")} ${evidence.check}  ${shortDuration(evidence.durationMs)}  on ${evidence.commit.slice(0, 10)}`,
      ...(evidence.passed ? [] : indented(evidence.output)),
    ]),
    ...(attempt.summary?.diffStat ? indented(attempt.summary.diffStat) : []),
  ];
}

function indented(text: string): string[] {
  return printable(text)
    .trimEnd()
    .split("\n")
    .map((line) => `      ${line}`);
}

function timelineLines(
  events: readonly RecordedEvent[],
  earlierCount: number,
  terminal: Terminal,
): string[] {
  return [
    "",
    terminal.style("bold", "What happened"),
    ...(earlierCount > 0 ? [terminal.style("dim", `  … ${earlierCount} events before`)] : []),
    ...events.map((event) => {
      const time = new Date(event.atMs).toISOString().replace("T", " ").slice(0, 19);
      return `  ${terminal.style("dim", time)}  ${event.type.replaceAll("_", " ")}`;
    }),
  ];
}
