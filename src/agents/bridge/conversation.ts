import type { Readable } from "node:stream";
import { readInbox, type Heard } from "./inbox.ts";

export type Message = { readonly id: string; readonly text: string };

/** What was said to a turn and is not known to have gone into it, oldest first, by its id. */
export type Unheard = Map<string, Message>;

/** A turn of an agent at work. */
export type Turn = {
  /** Resolves when it is over, with whether there can be another. */
  readonly over: Promise<boolean>;
  /** Says something in the middle of it, where the agent listens; it is heard when it is taken from `Unheard`. */
  readonly steer: (message: Message) => void;
  readonly interrupt: () => void;
};

/** Begins a turn with messages, all of which are still to be heard. */
export type BeginTurn = (messages: readonly Message[], unheard: Unheard) => Turn;

type Conversation = {
  /** What the next turn begins with, in the order in which it was said. */
  readonly waiting: Message[];
  /** Ids of all that was to be said: what comes twice is said once. Bounded by `MESSAGES_MAX`. */
  readonly known: Set<string>;
  turn: (Turn & { readonly unheard: Unheard; isInterrupted: boolean }) | undefined;
  /** Whether an interrupt has come, and what the agent is to go on with has not. */
  isHeld: boolean;
  /** Whether nothing more can be heard. */
  isDeaf: boolean;
  /** Called when there may be something to do. */
  wake: () => void;
};

/** More than a person says in the life of one process. */
const MESSAGES_MAX = 1_000;

/**
 * Has an agent work off a prompt and what comes in, until nothing more can; whether all turns were
 * taken. What no turn has heard begins the next one, all of it: whoever interrupts is not to wait for
 * what was said before.
 */
export async function converse(
  prompt: Message,
  input: Readable,
  begin: BeginTurn,
): Promise<boolean> {
  const conversation: Conversation = {
    waiting: [prompt],
    known: new Set([prompt.id]),
    turn: undefined,
    isHeld: false,
    isDeaf: false,
    wake: () => undefined,
  };
  void readInbox(input, (heard) => hear(conversation, heard)).then(() => {
    conversation.isHeld = false;
    conversation.isDeaf = true;
    conversation.wake();
  });
  const { waiting } = conversation;
  for (;;) {
    if (waiting.length > 0 && !conversation.isHeld) {
      if (!(await takeTurn(conversation, begin))) return false;
    } else if (conversation.isDeaf) {
      return true;
    } else {
      await new Promise<void>((resolve) => (conversation.wake = resolve));
    }
  }
}

async function takeTurn(conversation: Conversation, begin: BeginTurn): Promise<boolean> {
  const messages = conversation.waiting.splice(0);
  const unheard = new Map(messages.map((message) => [message.id, message]));
  const turn = begin(messages, unheard);
  conversation.turn = { ...turn, unheard, isInterrupted: false };
  const goesOn = await turn.over;
  conversation.turn = undefined;
  conversation.waiting.unshift(...unheard.values());
  return goesOn;
}

function hear(conversation: Conversation, heard: Heard): void {
  const { known, turn, waiting } = conversation;
  if (heard.type === "interrupt") {
    conversation.isHeld = true;
    if (!turn || turn.isInterrupted) return;
    turn.isInterrupted = true;
    turn.interrupt();
    return;
  }
  conversation.isHeld = false;
  if (!known.has(heard.id) && known.size < MESSAGES_MAX) {
    known.add(heard.id);
    if (turn) turn.unheard.set(heard.id, heard);
    else waiting.push(heard);
    if (turn && !turn.isInterrupted) turn.steer(heard);
  }
  conversation.wake();
}

/** Messages as one: not every agent keeps the parts of a prompt apart. */
export function asOneText(messages: readonly Message[]): string {
  return messages.map(({ text }) => text).join("\n\n");
}
