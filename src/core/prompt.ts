import type { Attempt } from "./attempt.ts";
import type { CheckEvidence } from "./evidence.ts";
import { unheard, type Message } from "./message.ts";
import type { CheckSpec, Task } from "./task.ts";

/** History beyond this many characters is left out, oldest first, so that the task stays in view. */
const HISTORY_LENGTH_MAX = 32_000;

/**
 * What an agent is asked: the task, how it will be judged, and what earlier attempts did, so that a
 * retry learns. `earlier` holds the attempts before this one, first to last.
 */
export function composePrompt(task: Task, attempt: Attempt, earlier: readonly Attempt[]): string {
  const sections = [
    task.prompt.trim(),
    listed("Acceptance criteria", task.acceptanceCriteria),
    judgement(task.checks),
    workplace(task, attempt),
    history(attempt, earlier),
    said("## What a person has said meanwhile", task.messages ?? []),
    task.humanNote === undefined ? "" : `## A person adds\n\n${task.humanNote.trim()}`,
  ];
  return printed(`${sections.filter((section) => section !== "").join("\n\n")}\n`);
}

/** What an agent is asked that goes on with the session of an earlier attempt. */
export function composeResumePrompt(task: Task, previous: Attempt): string {
  const reason = previous.failure?.message ?? "It was interrupted.";
  const note = task.humanNote === undefined ? "" : `\n\nA person adds: ${task.humanNote.trim()}`;
  return printed(
    `Your work on this task was interrupted: ${reason} Your files are as you left them. Go on where you stopped, and finish the task.${note}${said("\n\nA person says:", unheard(task))}\n`,
  );
}

/** Without what checks and agents may print, and no argument of a command can hold. */
function printed(text: string): string {
  return text.replaceAll("\0", "\uFFFD");
}

/** The messages that are in a prompt: a new session is told all of them, an old one what is new. */
export function messagesInPrompt(task: Task, resumesSession: boolean): readonly Message[] {
  return resumesSession ? unheard(task) : (task.messages ?? []);
}

function said(heading: string, messages: readonly Message[]): string {
  if (messages.length === 0) return "";
  return [heading, ...messages.map(({ text }) => text.trim())].join("\n\n");
}

function listed(heading: string, items: readonly string[]): string {
  if (items.length === 0) return "";
  return `## ${heading}\n\n${items.map((item) => `- ${item}`).join("\n")}`;
}

function judgement(checks: readonly CheckSpec[]): string {
  const commands = checks.flatMap((check) =>
    check.kind === "command" ? [`\`${check.name}\``] : [],
  );
  if (commands.length === 0) return "";
  return `## How your work is judged\n\nWhen you stop, these run on what you leave, and must pass: ${commands.join(", ")}.`;
}

function workplace({ checks }: Task, { branch }: Attempt): string {
  const isCleanTreeAsked = checks.some(({ name }) => name === "clean_tree");
  const commit = isCleanTreeAsked
    ? "Commit all of your work: leave no uncommitted file, or it is sent back to you."
    : "Commit your work; what you leave uncommitted is committed for you.";
  return `## Where you work\n\nThe current directory is your own copy of the repository, on the branch \`${branch}\`. Stay in it and on it. ${commit}`;
}

const ADVICE = "Do not repeat what failed: find out why it failed, and do it differently.";

function history(attempt: Attempt, earlier: readonly Attempt[]): string {
  const tried = earlier.filter((one) => one.failure !== undefined && one.startedAtMs !== undefined);
  if (tried.length === 0) return "";

  const kept: string[] = [];
  let length = 0;
  for (const one of tried.toReversed()) {
    const text = tale(one);
    if (kept.length > 0 && length + text.length > HISTORY_LENGTH_MAX) break;
    kept.unshift(text.slice(0, HISTORY_LENGTH_MAX));
    length += text.length;
  }
  const dropped = tried.length - kept.length;
  return [
    "## What was tried before",
    startingPoint(attempt, tried.at(-1)),
    ...(dropped > 0 ? [`The first ${dropped} attempts are left out here.`] : []),
    ...kept,
    ...(tried.every(wasBrokenOff) ? [] : [ADVICE]),
  ].join("\n\n");
}

/** Somebody ended it: nothing is known to be wrong with it. */
function wasBrokenOff({ failure }: Attempt): boolean {
  return failure?.class === "cancelled";
}

function startingPoint(attempt: Attempt, last: Attempt | undefined): string {
  if (attempt.startFrom === "previous") return "Your files hold what the last attempt left.";
  return `Your files are the newest state of the target branch, without the earlier work, which is on the branch \`${last?.branch ?? ""}\`: look at it with git, and bring over what is right.`;
}

function tale(attempt: Attempt): string {
  const failing = attempt.evidence.filter((evidence) => !evidence.passed);
  return [
    `### Attempt ${attempt.number}: ${attempt.failure?.class.replaceAll("_", " ") ?? attempt.state}`,
    attempt.failure?.message ?? "",
    attempt.summary?.diffStat ? `It changed:\n\n${fenced(attempt.summary.diffStat)}` : "",
    lastWords(attempt),
    ...failing.map(failedCheck),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function lastWords(attempt: Attempt): string {
  const messages = attempt.summary?.lastMessages ?? [];
  if (messages.length === 0) return "";
  return `Its last messages:\n\n${fenced(messages.join("\n"))}`;
}

function failedCheck(evidence: CheckEvidence): string {
  const exit = evidence.exitCode === undefined ? "" : ` (exit code ${evidence.exitCode})`;
  return `The check \`${evidence.check}\` failed${exit}:\n\n${fenced(evidence.output)}`;
}

/** A fence longer than any in the text, so that output cannot break out of it. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${text.trimEnd()}\n${fence}`;
}
