import { isLive, type Attempt } from "./attempt.ts";
import type { Command, HumanCommand } from "./commands.ts";
import { accept, refuse, type Decision, type Refusal } from "./decision.ts";
import type { Event } from "./events.ts";
import { MESSAGE_LENGTH_MAX, MESSAGES_MAX, messageId, unheard } from "./message.ts";
import { latestAttempt, type State } from "./state.ts";
import { hasEnded, type Task } from "./task.ts";

type Steering = Command &
  Extract<HumanCommand, { type: "send_message" | "pause_task" | "resume_task" }>;
type Sending = Extract<Steering, { type: "send_message" }>;

/** What a person says to whoever works a task, and whether it is worked at all. */
export function decideSteering(state: State, command: Steering): Decision {
  const task = state.tasks.get(command.taskId);
  if (!task) return refuse("TASK_NOT_FOUND", `There is no task ${command.taskId}.`);
  const attempt = latestAttempt(state, task);
  switch (command.type) {
    case "send_message":
      return sendMessage(task, attempt, command);
    case "pause_task":
      return pauseTask(task, attempt, command.nowMs);
    case "resume_task":
      return resumeTask(task, command.nowMs);
  }
}

function sendMessage(task: Task, attempt: Attempt | undefined, command: Sending): Decision {
  const refusal = refusalOfText(command.text) ?? refusalOfMessage(task, attempt, command);
  if (refusal) return refusal;
  const { text, interrupts, nowMs } = command;
  const common = { runId: task.runId, atMs: nowMs, taskId: task.id };
  const id = messageId(task.id, (task.messageCount ?? 0) + 1);
  return accept([
    { type: "message_sent", ...common, messageId: id, text, interrupts },
    ...calling(task, attempt, nowMs),
  ]);
}

function refusalOfText(text: string): Refusal | undefined {
  if (text.trim() === "") return refuse("INVALID_ARGUMENT", "There is nothing in the message.");
  if (text.length <= MESSAGE_LENGTH_MAX) return undefined;
  return refuse(
    "INVALID_ARGUMENT",
    `The message has ${text.length} characters, and may have ${MESSAGE_LENGTH_MAX}. Put it into a file, and name the file.`,
  );
}

/** Nothing may be said where nobody would ever hear it. */
function refusalOfMessage(
  task: Task,
  attempt: Attempt | undefined,
  { interrupts }: Sending,
): Refusal | undefined {
  const isHeld = attempt !== undefined && isLive(attempt.state);
  if (hasEnded(task.state)) return illegal(`${endOf(task)} ${afterEnd(task)}`);
  if (task.state === "awaiting_qa" && !isHeld) {
    return illegal(
      `Task ${task.id} has passed its checks and is about to be merged. Say it in another task: orchestra start --after ${task.id} '…'`,
    );
  }
  if (interrupts && (task.state !== "active" || !isHeld)) {
    return illegal(
      `No agent is at work on ${task.id}: it is ${task.state.replace("_", " ")}. Say it to the next one: orchestra send ${task.id} '…'`,
    );
  }
  if (unheard(task).length < MESSAGES_MAX) return undefined;
  return illegal(
    `${MESSAGES_MAX} messages wait to be heard by ${task.id} already. Wait until it has taken them in.`,
  );
}

function endOf({ id, state }: Task): string {
  return `Task ${id} is ${state}: nobody works it any more.`;
}

function afterEnd({ id, state }: Task): string {
  return state === "complete"
    ? `Say it in another task: orchestra start '…'`
    : `Send it back to work with your words: orchestra retry ${id} -m '…'`;
}

/** What was ended by its agent is still proven and merged; no other attempt starts. */
function pauseTask(task: Task, attempt: Attempt | undefined, nowMs: number): Decision {
  if (hasEnded(task.state)) return illegal(`${endOf(task)} There is nothing to pause.`);
  if (task.state === "waiting_human") {
    return illegal(`Task ${task.id} waits for you already: nobody works it before you answer.`);
  }
  if (task.pausedAtMs !== undefined) return accept([]);
  return accept([
    { type: "task_paused", runId: task.runId, atMs: nowMs, taskId: task.id },
    ...calling(task, attempt, nowMs),
  ]);
}

function resumeTask(task: Task, nowMs: number): Decision {
  if (task.pausedAtMs === undefined) {
    return illegal(
      `Task ${task.id} is ${task.state.replace("_", " ")}, and not paused. orchestra retry sends back to work what waits for you.`,
    );
  }
  return accept(resumption(task, nowMs));
}

/** That a task may be worked again, if it was paused. */
export function resumption(task: Task, nowMs: number): Event[] {
  if (task.pausedAtMs === undefined) return [];
  return [{ type: "task_resumed", runId: task.runId, atMs: nowMs, taskId: task.id }];
}

/** Tells whoever has the attempt to look; one that is being stopped hears nothing any more. */
function calling(task: Task, attempt: Attempt | undefined, nowMs: number): Event[] {
  if (!attempt || !isLive(attempt.state) || attempt.isStopping || attempt.isCalled) return [];
  const { id: attemptId } = attempt;
  const common = { runId: task.runId, atMs: nowMs, taskId: task.id };
  return [{ type: "attempt_called", ...common, attemptId }];
}

function illegal(message: string): Refusal {
  return refuse("ILLEGAL_TRANSITION", message);
}
