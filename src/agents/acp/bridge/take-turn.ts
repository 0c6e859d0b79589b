import { setTimeout as pause } from "node:timers/promises";
import { methods, type ClientContext } from "@agentclientprotocol/sdk";
import * as z from "zod";
import { asOneText, type BeginTurn } from "../../bridge/conversation.ts";
import type { Say } from "./lines.ts";

/** A session at work. */
export type Session = {
  readonly agent: ClientContext;
  readonly id: string;
  /** Whether the agent listens in the middle of a turn. */
  readonly canSteer: boolean;
  readonly say: Say;
  /** Called when the agent begins to say or to do something. */
  onAct?: () => void;
  turn: "none" | "running" | "interrupted";
};

/** How agents that listen in the middle of a turn have agreed to be spoken to. */
const STEER = "_session/steering";
const steering = z.object({ outcome: z.string() });

/**
 * claude-agent-acp hangs for good when it is to stop while it takes in what it was told, which takes it
 * two or three seconds of a command.
 */
const TAKE_IN_MS = 5_000;

/** How a turn of the session begins. */
export function turnsOf(session: Session): BeginTurn {
  const { agent, id: sessionId, canSteer, say } = session;
  return (messages, unheard) => {
    const steered: Promise<void>[] = [];
    // The agent has them; an interrupt empties its queue, so they are heard when it has gone on.
    const taken = new Set<string>();
    session.turn = "running";
    const heard = (ids: Iterable<string>): void => {
      for (const id of ids) if (unheard.delete(id)) say({ type: "heard", id });
    };
    let isOver = false;
    let goOn: (() => void) | undefined;
    session.onAct = () => {
      if (session.turn !== "running") return;
      heard(taken);
      taken.clear();
      goOn?.();
    };
    const work = async (): Promise<boolean> => {
      const prompt = asPrompt(sessionId, asOneText(messages));
      const answer = agent.request(methods.agent.session.prompt, prompt);
      heard([...unheard.keys()]);
      const result = await answer;
      isOver = true;
      await Promise.all(steered);
      session.onAct?.();
      session.turn = "none";
      say({ type: "turn", result });
      return true;
    };
    const steer = async (id: string, text: string): Promise<void> => {
      const params = {
        ...asPrompt(sessionId, text),
        // A turn that has ended meanwhile is ours to begin anew.
        _meta: { steering: { idleBehavior: "promptRequired" } },
      };
      const answer = await agent.request(STEER, params).catch(() => undefined);
      if (steering.safeParse(answer).data?.outcome === "injected") taken.add(id);
    };
    const tookIn = async (): Promise<void> => {
      await Promise.all(steered);
      if (taken.size > 0) await new Promise<void>((resolve) => (goOn = resolve));
    };
    const interrupt = async (): Promise<void> => {
      await Promise.race([tookIn(), pause(TAKE_IN_MS, undefined, { ref: false })]);
      if (isOver) return;
      session.turn = "interrupted";
      await agent.notify(methods.agent.session.cancel, { sessionId });
    };
    return {
      over: work(),
      steer: ({ id, text }) => {
        if (canSteer && !isOver) steered.push(steer(id, text));
      },
      // When the agent is gone there is nothing to interrupt.
      interrupt: () => void interrupt().catch(() => undefined),
    };
  };
}

const acts = z.object({
  update: z.object({
    sessionUpdate: z.enum(["agent_message_chunk", "agent_thought_chunk", "tool_call"]),
  }),
});

/** Tells what the agent tells of its session. */
export function readUpdate({ onAct, say }: Session, params: unknown): void {
  if (acts.safeParse(params).success) onAct?.();
  say({ type: "update", params });
}

type Prompt = { sessionId: string; prompt: { type: "text"; text: string }[] };

function asPrompt(sessionId: string, text: string): Prompt {
  return { sessionId, prompt: [{ type: "text", text }] };
}
