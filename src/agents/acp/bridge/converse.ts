import { methods, type ClientContext } from "@agentclientprotocol/sdk";
import * as z from "zod";
import type { Heard } from "../../bridge/inbox.ts";
import type { Say } from "./lines.ts";

export type Message = { readonly id: string; readonly text: string };

/** A session at work, and what is said to it. */
export type Conversation = {
  readonly agent: ClientContext;
  readonly sessionId: string;
  /** Whether the agent listens in the middle of a turn. */
  readonly canSteer: boolean;
  readonly say: Say;
  /** What is to be said in turns of their own, oldest first. */
  readonly waiting: Message[];
  /** Ids of all that was to be said: what comes twice is said once. Bounded by `MESSAGES_MAX`. */
  readonly known: Set<string>;
  /** What is being said in the middle of a turn. */
  readonly steered: Set<Promise<void>>;
  turn: "none" | "running" | "interrupted";
  /** Whether nothing more can be heard. */
  isDeaf: boolean;
  /** Called when there may be something to do. */
  wake: () => void;
};

/** More than a person says in the life of one process. */
const MESSAGES_MAX = 1_000;

/** Has the agent work off what is said to it, until nothing more can be. */
export async function converse(conversation: Conversation): Promise<void> {
  const { waiting } = conversation;
  for (;;) {
    const message = waiting.shift();
    if (message) await takeTurn(conversation, message);
    else if (conversation.isDeaf) return;
    else await new Promise<void>((resolve) => (conversation.wake = resolve));
  }
}

async function takeTurn(conversation: Conversation, { id, text }: Message): Promise<void> {
  const { agent, sessionId, say, steered } = conversation;
  conversation.turn = "running";
  const answer = agent.request(methods.agent.session.prompt, asPrompt(sessionId, text));
  say({ type: "heard", id });
  const result = await answer;
  conversation.turn = "none";
  await Promise.all(steered);
  say({ type: "turn", result });
}

/** Takes up what is said to the agent, or that it is to stop. */
export function hear(conversation: Conversation, heard: Heard): void {
  const { agent, sessionId, known, steered } = conversation;
  if (heard.type === "interrupt") {
    if (conversation.turn !== "running") return;
    conversation.turn = "interrupted";
    // When the agent is gone there is nothing to interrupt.
    agent.notify(methods.agent.session.cancel, { sessionId }).catch(() => undefined);
    return;
  }
  if (known.has(heard.id) || known.size >= MESSAGES_MAX) return;
  known.add(heard.id);
  if (conversation.turn === "running" && conversation.canSteer) {
    const said = steer(conversation, heard).finally(() => steered.delete(said));
    steered.add(said);
  } else {
    keep(conversation, heard);
  }
}

/** How agents that listen in the middle of a turn have agreed to be spoken to. */
const STEER = "_session/steering";
const steering = z.object({ outcome: z.string() });

async function steer(conversation: Conversation, message: Message): Promise<void> {
  const { agent, sessionId, say } = conversation;
  const params = {
    ...asPrompt(sessionId, message.text),
    // A turn that has ended meanwhile is ours to begin anew.
    _meta: { steering: { idleBehavior: "promptRequired" } },
  };
  const answer = await agent.request(STEER, params).catch(() => undefined);
  if (steering.safeParse(answer).data?.outcome === "injected")
    say({ type: "heard", id: message.id });
  else keep(conversation, message);
}

function keep(conversation: Conversation, message: Message): void {
  conversation.waiting.push(message);
  conversation.wake();
}

type Prompt = { sessionId: string; prompt: { type: "text"; text: string }[] };

function asPrompt(sessionId: string, text: string): Prompt {
  return { sessionId, prompt: [{ type: "text", text }] };
}
