import { readFile } from "node:fs/promises";
import { Readable, Writable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { ndJsonStream, RequestError, type ClientConnection } from "@agentclientprotocol/sdk";
import { startAgentProcess, type AgentProcess } from "../../bridge/agent-process.ts";
import { connect, type Permissions } from "./client.ts";
import { AGENT_LINE_BYTES_MAX } from "../../bridge/bounded-lines.ts";
import { converse } from "../../bridge/conversation.ts";
import type { BridgeArguments, BridgeHost } from "../../bridge/program.ts";
import { BridgeFailure, type BridgeError, type BridgeLine, type Step } from "./lines.ts";
import { chooseModel, greet, openSession } from "./session.ts";
import { readUpdate, turnsOf, type Session } from "./take-turn.ts";

export type BridgeOptions = BridgeArguments & { readonly permissions: Permissions };

type Host = Omit<BridgeHost<BridgeLine>, "complain">;

/** What the bridge is about, for whoever has to say that it failed. */
type Progress = { step: Step; session: Session | undefined };

/** After its end an agent's last words may still be on their way. */
const LAST_WORDS_MS = 2_000;

/**
 * Has an ACP agent work on a prompt, and tells all of it in lines. Resolves with an exit code when the
 * agent is done, has failed or is gone, and no longer runs.
 */
export async function runBridge(options: BridgeOptions, host: Host): Promise<number> {
  const agent = startAgentProcess(options.command, host.cwd);
  const progress: Progress = { step: "initialize", session: undefined };
  const stream = ndJsonStream(Writable.toWeb(agent.input), Readable.toWeb(agent.output), {
    maxMessageBytes: AGENT_LINE_BYTES_MAX,
  });
  const connection = connect(stream, host.say, {
    permissions: options.permissions,
    isInterrupted: () => progress.session?.turn === "interrupted",
    // What came before is told again of a session that is loaded.
    onUpdate: (params) => {
      if (progress.session) readUpdate(progress.session, params);
    },
  });
  try {
    await Promise.race([work(connection, options, host, progress), gone(agent, connection)]);
    return 0;
  } catch (error) {
    // Its turns are over: whatever has ended it since, it has done its work.
    if (error instanceof BridgeFailure && progress.session?.turn === "none") return 0;
    const told = await explain(error, agent, connection);
    host.say({ type: "failed", step: progress.step, error: told });
    return 1;
  } finally {
    await agent.stop();
  }
}

async function work(
  { agent }: ClientConnection,
  options: BridgeOptions,
  { cwd, input, say }: Host,
  progress: Progress,
): Promise<void> {
  const { promptFile, promptId, model, resumeId, version } = options;
  const greeting = await greet(agent, version);
  const { canSteer, resumeBy } = greeting;
  const known = { name: greeting.name, version: greeting.version };
  say({ type: "agent", ...known, canResume: resumeBy !== undefined });
  progress.step = "session";
  const session = await openSession(agent, greeting, { cwd, resumeId });
  if (model !== undefined) {
    progress.step = "model";
    await chooseModel(agent, session, model);
  }
  say({ type: "session", sessionId: session.id, model: model ?? session.model });
  progress.step = "prompt";
  const prompt = { id: promptId, text: await readFile(promptFile, "utf8") };
  progress.session = { agent, id: session.id, canSteer, say, turn: "none" };
  await converse(prompt, input, turnsOf(progress.session));
}

/** Rejects when the agent has ended, and all that it said was read. */
async function gone(agent: AgentProcess, connection: ClientConnection): Promise<never> {
  const { reason, message } = await agent.ended;
  // What it has started may hold its streams open.
  await Promise.race([connection.closed, pause(LAST_WORDS_MS)]);
  throw new BridgeFailure(reason, message);
}

async function explain(
  error: unknown,
  agent: AgentProcess,
  connection: ClientConnection,
): Promise<BridgeError> {
  if (error instanceof RequestError) {
    const { code, message, data } = error;
    return { code, message, data };
  }
  if (error instanceof BridgeFailure) return { reason: error.reason, message: error.message };
  if (connection.signal.aborted) {
    const silence = { reason: "ended", message: "closed its output" } as const;
    const { reason, message } = await Promise.race([agent.ended, pause(LAST_WORDS_MS, silence)]);
    return { reason, message };
  }
  return { message: error instanceof Error ? error.message : String(error) };
}
