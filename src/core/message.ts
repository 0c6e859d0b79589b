import type { Task } from "./task.ts";

/** What a person says to whoever works a task. */
export type Message = {
  /** `<task id>-m<number>`. */
  readonly id: string;
  readonly text: string;
  readonly sentAtMs: number;
  /** Whether the turn at work is broken off for it. */
  readonly interrupts: boolean;
  /** Whether an agent has taken it in; otherwise it is a part of the next turn. */
  readonly isHeard: boolean;
};

/** Messages that a task keeps; of more, the oldest that were heard are in its events alone. */
export const MESSAGES_MAX = 50;
/** Whoever has more to say puts it into a file. */
export const MESSAGE_LENGTH_MAX = 10_000;

export function messageId(taskId: string, number: number): string {
  return `${taskId}-m${number}`;
}

/** What no agent has taken in yet, oldest first. */
export function unheard({ messages = [] }: Pick<Task, "messages">): readonly Message[] {
  return messages.filter(({ isHeard }) => !isHeard);
}

/** The messages and one more, as many as a task keeps; none that nobody has heard is left out. */
export function withMessage(messages: readonly Message[], message: Message): readonly Message[] {
  const oldest = messages.length < MESSAGES_MAX ? undefined : messages.find((one) => one.isHeard);
  return [...messages.filter((one) => one !== oldest), message];
}

/** The messages after some were taken in. */
export function afterHearing(
  messages: readonly Message[],
  messageIds: readonly string[],
): readonly Message[] {
  return messages.map((one) => (messageIds.includes(one.id) ? { ...one, isHeard: true } : one));
}
