import { Readable, Writable } from "node:stream";
import {
  agent,
  methods,
  ndJsonStream,
  RequestError,
  type AgentContext,
  type PromptRequest,
  type PromptResponse,
} from "@agentclientprotocol/sdk";
import * as z from "zod";

/** An agent of the protocol, for tests; its argument says what is particular about it. */
const [manner = ""] = process.argv.slice(2);

const SESSION = "session-1";
const cancelled = Promise.withResolvers<void>();
let steered = "";
const wasSteered = Promise.withResolvers<void>();

if (manner === "garbage") {
  process.stdout.write("Welcome!\n<html>\n");
  process.exit(3);
}

agent()
  .onRequest(methods.agent.initialize, () => ({
    protocolVersion: manner === "newer" ? 2 : 1,
    agentInfo: { name: "an-agent", version: "1.2.3" },
    agentCapabilities: { loadSession: manner === "loads" },
    ...(manner === "listens" || manner === "forgets"
      ? { _meta: { steering: { supported: true } } }
      : {}),
  }))
  .onRequest(methods.agent.session.new, () => {
    if (manner === "logged-out") throw RequestError.authRequired();
    const model = { id: "model", name: "Model", category: "model", type: "select" as const };
    const option = { ...model, currentValue: "small", options: [{ value: "small", name: "S" }] };
    return { sessionId: SESSION, ...(manner === "models" ? { configOptions: [option] } : {}) };
  })
  .onRequest(methods.agent.session.setConfigOption, ({ params }) => {
    if (params.value !== "large") throw RequestError.invalidParams(undefined, "no such model");
    return { configOptions: [] };
  })
  .onRequest(methods.agent.session.load, async ({ params, client }) => {
    if (params.sessionId !== SESSION) throw RequestError.sessionNotFound(params.sessionId);
    await say(client, "What was said before.");
    return {};
  })
  .onRequest(methods.agent.session.prompt, async ({ params, client }) => answer(params, client))
  .onRequest(
    "_session/steering",
    z.object({ prompt: z.array(z.object({ text: z.string() })) }),
    async ({ params, client }) => {
      steered = params.prompt.map(({ text }) => text).join("");
      wasSteered.resolve();
      const update = { sessionUpdate: "plan" as const, entries: [] };
      await client.notify(methods.client.session.update, { sessionId: SESSION, update });
      return { outcome: "injected" };
    },
  )
  .onNotification(methods.agent.session.cancel, () => cancelled.resolve())
  .connect(ndJsonStream(Writable.toWeb(process.stdout), Readable.toWeb(process.stdin)));

async function answer(prompt: PromptRequest, client: AgentContext): Promise<PromptResponse> {
  switch (manner) {
    case "dies":
      await say(client, "I begin to");
      process.exit(7);
    // It never comes here.
    case "named":
      await say(client, `I am ${process.pid}.`);
      break;
    case "refused":
      throw new RequestError(-32603, "Internal error", { details: "401 bad key" });
    case "asks":
      await say(client, `Permission: ${await ask(client)}`);
      break;
    case "listens":
      await say(client, "Working.");
      await wasSteered.promise;
      await say(client, `Heard: ${steered}`);
      break;
    case "asks-late":
      await say(client, "Waiting.");
      await cancelled.promise;
      await say(client, `Permission: ${await ask(client)}`);
      return { stopReason: "cancelled" };
    case "forgets":
    case "waits":
      if (!textOf(prompt).includes("again")) {
        await say(client, "Waiting.");
        await cancelled.promise;
        return { stopReason: "cancelled" };
      }
      await say(client, `Went on: ${textOf(prompt)}`);
      break;
    default:
      await say(client, `You said: ${textOf(prompt)}`);
  }
  return { stopReason: "end_turn" };
}

async function say(client: AgentContext, text: string): Promise<void> {
  const update = {
    sessionUpdate: "agent_message_chunk" as const,
    content: { type: "text" as const, text },
  };
  await client.notify(methods.client.session.update, { sessionId: SESSION, update });
}

async function ask(client: AgentContext): Promise<string> {
  const { outcome } = await client.request(methods.client.session.requestPermission, {
    sessionId: SESSION,
    toolCall: { toolCallId: "t1", title: "rm -rf build" },
    options: [
      { optionId: "always", name: "Always", kind: "allow_always" },
      { optionId: "once", name: "Once", kind: "allow_once" },
      { optionId: "no", name: "No", kind: "reject_once" },
    ],
  });
  return outcome.outcome === "selected" ? outcome.optionId : outcome.outcome;
}

function textOf({ prompt }: PromptRequest): string {
  return prompt.map((block) => (block.type === "text" ? block.text : "")).join("");
}
