import type { Heard } from "../../bridge/inbox.ts";
import { fieldsIn, textIn, type Fields } from "../../json-fields.ts";
import { execError, execItem, execUsage, turnEnd, type Say } from "./lines.ts";
import type { Server } from "./rpc.ts";

export type Message = { readonly id: string; readonly text: string };

/** A thread at work, and what is said to it. */
export type Conversation = {
  readonly server: Server;
  readonly threadId: string;
  readonly say: Say;
  /** What is to be said in turns of their own, oldest first. */
  readonly waiting: Message[];
  /** Ids of all that was to be said: what comes twice is said once. Bounded by `MESSAGES_MAX`. */
  readonly known: Set<string>;
  turn: Turn | undefined;
  /** What the thread has used so far. */
  usage: object;
  /** Whether nothing more can be heard. */
  isDeaf: boolean;
  /** Called when there may be something to do. */
  wake: () => void;
};

type Turn = {
  readonly id: Promise<string>;
  /** What was said to this turn and has not gone into it, by its id. */
  readonly unheard: Map<string, Message>;
  isInterrupted: boolean;
  readonly end: (turn: Fields) => void;
};

/** More than a person says in the life of one process. */
const MESSAGES_MAX = 1_000;

/** Has Codex work off what is said to it until nothing more can be; whether it did not fail. */
export async function converse(conversation: Conversation): Promise<boolean> {
  const { waiting } = conversation;
  for (;;) {
    const message = waiting.shift();
    if (message) {
      if ((await takeTurn(conversation, message)) === "failed") return false;
    } else if (conversation.isDeaf) {
      return true;
    } else {
      await new Promise<void>((resolve) => (conversation.wake = resolve));
    }
  }
}

async function takeTurn(conversation: Conversation, message: Message): Promise<unknown> {
  const { server, threadId, say, waiting } = conversation;
  const { promise: ended, resolve: end } = Promise.withResolvers<Fields>();
  say({ type: "turn.started" });
  const begun = server.request("turn/start", asInput(threadId, message));
  const id = begun.then((answer) => textIn(fieldsIn(answer, "turn"), "id") ?? "");
  const turn = { id, unheard: new Map([[message.id, message]]), isInterrupted: false, end };
  conversation.turn = turn;
  await id;
  const result = await ended;
  conversation.turn = undefined;
  // What a whole turn began with is in it, also where no item told so.
  if (result["status"] === "completed" && turn.unheard.delete(message.id)) {
    say({ type: "heard", id: message.id });
  }
  // What the turn ended too early for is said in one of its own.
  waiting.unshift(...turn.unheard.values());
  say(turnEnd(result, conversation.usage));
  return result["status"];
}

/** Takes up what the server tells of its thread. Of threads that Codex began by itself, nothing. */
export function readTold(conversation: Conversation, method: string, params: Fields): void {
  const { threadId, turn, say } = conversation;
  if (params["threadId"] !== threadId) return;
  switch (method) {
    case "item/started":
    case "item/completed": {
      const told = fieldsIn(params, "item");
      const clientId = textIn(told, "clientId");
      if (clientId !== undefined && turn?.unheard.delete(clientId)) {
        say({ type: "heard", id: clientId });
      }
      const item = execItem(told);
      if (item) say({ type: method === "item/started" ? "item.started" : "item.completed", item });
      return;
    }
    case "thread/tokenUsage/updated":
      conversation.usage = execUsage(fieldsIn(fieldsIn(params, "tokenUsage"), "total"));
      say({ type: "usage", usage: conversation.usage });
      return;
    case "error":
      say({ type: "error", message: execError(params) });
      return;
    case "turn/completed":
      turn?.end(fieldsIn(params, "turn"));
      return;
    // Pieces of what an item tells as a whole, and how the server is.
    default:
  }
}

/** Takes up what is said to Codex, or that it is to stop. */
export function hear(conversation: Conversation, heard: Heard): void {
  const { known, turn, waiting } = conversation;
  if (heard.type === "interrupt") {
    if (turn) interrupt(conversation, turn);
    return;
  }
  if (known.has(heard.id) || known.size >= MESSAGES_MAX) return;
  known.add(heard.id);
  if (turn && !turn.isInterrupted) {
    steer(conversation, turn, heard);
  } else {
    waiting.push(heard);
    conversation.wake();
  }
}

/** What is refused, as by a turn that has ended meanwhile, stays unheard, and has its turn later. */
const later = (): undefined => undefined;

function steer({ server, threadId, say }: Conversation, turn: Turn, message: Message): void {
  turn.unheard.set(message.id, message);
  const queue = async (expectedTurnId: string): Promise<void> => {
    await server.request("turn/steer", { ...asInput(threadId, message), expectedTurnId });
    say({ type: "queued", id: message.id });
  };
  turn.id.then(queue).catch(later);
}

function interrupt({ server, threadId }: Conversation, turn: Turn): void {
  if (turn.isInterrupted) return;
  turn.isInterrupted = true;
  turn.id
    .then(async (turnId) => server.request("turn/interrupt", { threadId, turnId }))
    .catch(later);
}

function asInput(threadId: string, { id, text }: Message): object {
  const input = [{ type: "text", text, text_elements: [] }];
  return { threadId, clientUserMessageId: id, input };
}
