import { asOneText, type BeginTurn } from "../../bridge/conversation.ts";
import { fieldsIn, textIn, type Fields } from "../../json-fields.ts";
import { execError, execItem, execUsage, turnEnd, type Say } from "./lines.ts";
import type { Server } from "./rpc.ts";

/** A thread at work. */
export type Thread = {
  readonly server: Server;
  readonly id: string;
  readonly say: Say;
  /** What it has used so far. */
  usage: object;
  turn: AtWork | undefined;
};

type AtWork = {
  /** What went in by that id has gone into the turn. */
  readonly heard: (clientId: string) => void;
  readonly end: (turn: Fields) => void;
};

/** How a turn of the thread begins. */
export function turnsOf(thread: Thread): BeginTurn {
  const { server, id: threadId, say } = thread;
  return (messages, unheard) => {
    // They go in as one, by the id of the first.
    const [{ id: firstId } = { id: "" }] = messages;
    const heard = (clientId: string): void => {
      const ids = clientId === firstId ? messages.map(({ id }) => id) : [clientId];
      for (const id of ids.filter((one) => unheard.delete(one))) say({ type: "heard", id });
    };
    const { promise: ended, resolve: end } = Promise.withResolvers<Fields>();
    thread.turn = { heard, end };
    say({ type: "turn.started" });
    const input = asInput(threadId, firstId, asOneText(messages));
    const begun = server.request("turn/start", input);
    const turnId = begun.then((answer) => textIn(fieldsIn(answer, "turn"), "id") ?? "");
    const work = async (): Promise<boolean> => {
      await turnId;
      const result = await ended;
      thread.turn = undefined;
      // What a whole turn began with is in it, also where no item told so.
      if (result["status"] === "completed") heard(firstId);
      say(turnEnd(result, thread.usage));
      return result["status"] !== "failed";
    };
    const steer = async (id: string, text: string): Promise<void> => {
      const expectedTurnId = await turnId;
      await server.request("turn/steer", { ...asInput(threadId, id, text), expectedTurnId });
      say({ type: "queued", id });
    };
    const interrupt = async (): Promise<unknown> =>
      server.request("turn/interrupt", { threadId, turnId: await turnId });
    return {
      over: work(),
      steer: ({ id, text }) => void steer(id, text).catch(later),
      interrupt: () => void interrupt().catch(later),
    };
  };
}

/** What is refused, as by a turn that has ended meanwhile, stays unheard, and has its turn later. */
const later = (): undefined => undefined;

/** Takes up what the server tells of its thread. Of threads that Codex began by itself, nothing. */
export function readTold(thread: Thread, method: string, params: Fields): void {
  const { id, turn, say } = thread;
  if (params["threadId"] !== id) return;
  switch (method) {
    case "item/started":
    case "item/completed": {
      const told = fieldsIn(params, "item");
      const clientId = textIn(told, "clientId");
      if (clientId !== undefined) turn?.heard(clientId);
      const item = execItem(told);
      if (item) say({ type: method === "item/started" ? "item.started" : "item.completed", item });
      return;
    }
    case "thread/tokenUsage/updated":
      thread.usage = execUsage(fieldsIn(fieldsIn(params, "tokenUsage"), "total"));
      say({ type: "usage", usage: thread.usage });
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

function asInput(threadId: string, id: string, text: string): object {
  const input = [{ type: "text", text, text_elements: [] }];
  return { threadId, clientUserMessageId: id, input };
}
