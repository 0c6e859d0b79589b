import { isLive, type Attempt } from "./attempt.ts";
import type { AttemptCommand, Command } from "./commands.ts";
import { completionEvents, escalation, failureEvents } from "./consequences.ts";
import { accept, refuse, type Decision } from "./decision.ts";
import type { Event, EventBody } from "./events.ts";
import { unheard } from "./message.ts";
import { backOffMs, MAX_WAITS } from "./retry.ts";
import type { State } from "./state.ts";
import type { Task } from "./task.ts";

/** Why an attempt whose agent has done its work goes on. */
export const MORE_TO_SAY = "A person has more to say.";

type OfAttempt = Command & AttemptCommand;
type Ending = OfAttempt & { type: "end_attempt" };
/** An attempt, its task, and how to say that something happened to them now. */
type Subject = {
  readonly attempt: Attempt;
  readonly task: Task;
  readonly happened: (body: EventBody) => Event;
};

/** Everything a node reports about its attempts; refused when the epoch is old. */
export function decideAttempt(state: State, command: OfAttempt): Decision {
  const attempt = state.attempts.get(command.attemptId);
  const task = attempt && state.tasks.get(attempt.taskId);
  if (!attempt || !task) {
    return refuse("FENCED", `Attempt ${command.attemptId} is not known here.`);
  }
  const happened = (body: EventBody): Event => ({
    ...body,
    runId: task.runId,
    atMs: command.nowMs,
  });
  if (command.type === "end_attempt")
    return endAttempt(state, command, { attempt, task, happened });
  if (task.epoch !== command.epoch || !isLive(attempt.state)) {
    return refuse("FENCED", `Attempt ${attempt.id} is over: its task has moved on.`);
  }
  return decideLive(state, command, { attempt, task, happened });
}

function decideLive(
  state: State,
  command: Exclude<OfAttempt, { type: "end_attempt" }>,
  { attempt, task, happened }: Subject,
): Decision {
  if (isOutOfTurn(command, attempt, task)) {
    return refuse(
      "ILLEGAL_TRANSITION",
      `Attempt ${attempt.id} is ${attempt.state} and its task ${task.state}: ${command.type} is out of turn.`,
    );
  }
  const ids = { taskId: task.id, attemptId: attempt.id };
  switch (command.type) {
    case "prepare_attempt": {
      const { workspacePath, baseCommit, sessionId, resumesSession } = command;
      const place = { workspacePath, baseCommit, sessionId, resumesSession };
      return accept([
        happened({ type: "attempt_prepared", ...ids, ...place }),
        ...heardEvents(task, attempt, command.messageIds, happened),
      ]);
    }
    case "start_attempt":
      // Safe to repeat: the first start is the one that its limits count from.
      if (attempt.state === "running") return accept([]);
      return accept([happened({ type: "attempt_started", ...ids, pid: command.pid })]);
    case "return_attempt": {
      const { nowMs, reason, byHuman } = command;
      if (byHuman) {
        return accept([happened({ type: "attempt_returned", ...ids, reason, byHuman })]);
      }
      const delayMs = backOffMs(task.waitCount + 1, command.jitter);
      const returned = happened({ type: "attempt_returned", ...ids, reason });
      if (task.waitCount >= MAX_WAITS) {
        const question = `Given back ${MAX_WAITS} times in a row. ${reason} Retry?`;
        return accept([returned, escalation(task, question, nowMs)]);
      }
      if (delayMs === 0) return accept([returned]);
      const untilMs = nowMs + delayMs;
      return accept([
        returned,
        happened({ type: "task_parked", taskId: task.id, untilMs, reason }),
      ]);
    }
    case "report_attempt":
      return accept([
        happened({ type: "attempt_reported", ...ids, ...command.spending }),
        ...heardEvents(task, attempt, command.heard, happened),
      ]);
    case "finish_attempt": {
      // Safe to repeat: a node that crashed after this goes on with the checks.
      if (task.state !== "active") return accept([]);
      const { commit, summary, spending } = command;
      return accept([
        ...heardEvents(task, attempt, command.heard, happened),
        happened({ type: "attempt_finished", ...ids, commit, summary, ...spending }),
      ]);
    }
    case "accept_attempt": {
      // Nobody may complete a task over something that was said to it and not heard.
      if (unheard(task).length > 0) {
        const reason = MORE_TO_SAY;
        return accept([happened({ type: "attempt_returned", ...ids, reason, byHuman: true })]);
      }
      const succeeded = happened({
        type: "attempt_succeeded",
        ...ids,
        evidence: command.evidence,
      });
      if (task.merges) return accept([succeeded]);
      return accept([succeeded, ...completionEvents(state, task, undefined, command.nowMs)]);
    }
  }
}

/** What was started cannot be prepared again, and what is finished cannot be given back. */
function isOutOfTurn(
  command: Exclude<OfAttempt, { type: "end_attempt" }>,
  attempt: Attempt,
  task: Task,
): boolean {
  switch (command.type) {
    case "prepare_attempt":
      return attempt.state === "running";
    case "start_attempt":
      return attempt.state === "queued";
    case "finish_attempt":
      return attempt.state !== "running";
    case "return_attempt":
      // A person may have more to say while it is being proven.
      return task.state !== "active" && !(command.byHuman && task.state === "awaiting_qa");
    case "accept_attempt":
      return task.state !== "awaiting_qa";
    case "report_attempt":
      return false;
  }
}

/**
 * Ends an attempt without success. One whose task was taken from it may still say that its
 * processes are dead, which frees its slot and workspace, and nothing else.
 */
function endAttempt(state: State, command: Ending, { attempt, task, happened }: Subject): Decision {
  if (!isLive(attempt.state) || attempt.epoch !== command.epoch) {
    return refuse("FENCED", `Attempt ${attempt.id} has ended already.`);
  }
  const { end, failure, evidence, commit, summary, spending } = command;
  const heard = heardEvents(task, attempt, command.heard, happened);
  const ended = happened({
    type: "attempt_ended",
    taskId: task.id,
    attemptId: attempt.id,
    end: attempt.isStopping ? "cancelled" : end,
    failure,
    evidence,
    commit,
    summary,
    ...spending,
  });
  if (attempt.isStopping || task.epoch !== attempt.epoch) return accept([...heard, ended]);
  return accept([
    ...heard,
    ended,
    ...failureEvents(state, task, failure, { ...command, agent: attempt.agent }),
  ]);
}

/** What of it was not on record yet. */
function heardEvents(
  task: Task,
  attempt: Attempt,
  heard: readonly string[] = [],
  happened: Subject["happened"],
): Event[] {
  const messageIds = unheard(task)
    .map(({ id }) => id)
    .filter((id) => heard.includes(id));
  if (messageIds.length === 0) return [];
  return [happened({ type: "messages_heard", taskId: task.id, attemptId: attempt.id, messageIds })];
}
