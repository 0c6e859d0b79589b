import { methods, PROTOCOL_VERSION, type ClientContext } from "@agentclientprotocol/sdk";
import * as z from "zod";
import { BridgeFailure } from "./lines.ts";

/** What an agent has told of itself. */
export type Greeting = {
  readonly name: string | undefined;
  readonly version: string | undefined;
  /** The method by which it goes on with a session. */
  readonly resumeBy: "session/resume" | "session/load" | undefined;
  /** Whether it listens to what is said in the middle of a turn. */
  readonly canSteer: boolean;
};

/** Some install what they need first. */
const INITIALIZE_TIMEOUT_MS = 120_000;

/** Only what matters here, and nothing of it is certain. */
const greeting = z.object({
  protocolVersion: z.number(),
  agentInfo: z.object({ name: z.string(), version: z.string() }).optional().catch(undefined),
  agentCapabilities: z
    .object({
      loadSession: z.boolean().optional(),
      sessionCapabilities: z.object({ resume: z.object({}).optional() }).optional(),
    })
    .optional()
    .catch(undefined),
  _meta: z
    .object({ steering: z.object({ supported: z.boolean() }) })
    .optional()
    .catch(undefined),
});

/** Greets the agent; refuses one that speaks another version of the protocol, or nothing. */
export async function greet(agent: ClientContext, version: string): Promise<Greeting> {
  const late = AbortSignal.timeout(INITIALIZE_TIMEOUT_MS);
  const request = agent.request(
    methods.agent.initialize,
    {
      protocolVersion: PROTOCOL_VERSION,
      clientInfo: { name: "orchestra", version },
      // It works on the files and runs the commands itself.
      clientCapabilities: { fs: { readTextFile: false, writeTextFile: false }, terminal: false },
    },
    { cancellationSignal: late, stopWaitingOnCancel: true },
  );
  const answer = await request.catch((error: unknown) => {
    throw late.aborted ? new BridgeFailure("silent", SILENT) : error;
  });
  const { protocolVersion, agentInfo, agentCapabilities, _meta } = greeting.parse(answer);
  if (protocolVersion !== PROTOCOL_VERSION) {
    const versions = `version ${protocolVersion} of the Agent Client Protocol, not ${PROTOCOL_VERSION}`;
    throw new BridgeFailure("other_version", `It speaks ${versions}.`);
  }
  const { loadSession, sessionCapabilities } = agentCapabilities ?? {};
  const canLoad = loadSession === true ? methods.agent.session.load : undefined;
  return {
    name: agentInfo?.name,
    version: agentInfo?.version,
    // Where there is a choice: to load a session is to be told all of it again.
    resumeBy: sessionCapabilities?.resume ? methods.agent.session.resume : canLoad,
    canSteer: _meta?.steering.supported === true,
  };
}

const SILENT = `It has not answered within ${INITIALIZE_TIMEOUT_MS / 1_000} s. Does its command start an agent of the Agent Client Protocol?`;

export type Session = {
  readonly id: string;
  /** Which model works in it, as far as the agent tells. */
  readonly model: string | undefined;
  /** How to choose another one; `undefined` where the agent lets nobody choose. */
  readonly modelOption: ModelOption | undefined;
};

type ModelOption = { readonly method: string; readonly params: (model: string) => object };

const opened = z.object({
  sessionId: z.string().optional(),
  configOptions: z
    .array(z.object({ id: z.string(), category: z.string().nullish(), currentValue: z.unknown() }))
    .nullish()
    .catch(undefined),
  /** How models were chosen before there were options of a session. */
  models: z.object({ currentModelId: z.string() }).nullish().catch(undefined),
});

type Place = { readonly cwd: string; readonly resumeId: string | undefined };

/** Begins a session, or goes on with an earlier one. */
export async function openSession(
  agent: ClientContext,
  { resumeBy }: Greeting,
  { cwd, resumeId }: Place,
): Promise<Session> {
  const place = { cwd, mcpServers: [] };
  if (resumeId === undefined) {
    return sessionOf(await agent.request(methods.agent.session.new, place));
  }
  if (!resumeBy) throw new BridgeFailure("not_resumable", "It cannot go on with a session.");
  const params = { ...place, sessionId: resumeId };
  return sessionOf(await agent.request(resumeBy, params), resumeId);
}

function sessionOf(answer: unknown, resumedId?: string): Session {
  const { sessionId, configOptions, models } = opened.parse(answer ?? {});
  const id = resumedId ?? z.string().parse(sessionId);
  const option = configOptions?.find(({ category, id }) => (category ?? id) === "model");
  if (option) {
    const current = z.string().safeParse(option.currentValue).data;
    const params = (value: string): object => ({ sessionId: id, configId: option.id, value });
    const modelOption = { method: methods.agent.session.setConfigOption, params };
    return { id, model: current, modelOption };
  }
  const params = (modelId: string): object => ({ sessionId: id, modelId });
  const modelOption = models ? { method: "session/set_model", params } : undefined;
  return { id, model: models?.currentModelId, modelOption };
}

/** Has another model work in the session. */
export async function chooseModel(
  agent: ClientContext,
  { model, modelOption }: Session,
  wanted: string,
): Promise<void> {
  if (wanted === model) return;
  if (!modelOption) throw new BridgeFailure("no_choice", "It lets nobody choose a model.");
  await agent.request(modelOption.method, modelOption.params(wanted));
}
