import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { startAgentProcess, type AgentEnd, type AgentProcess } from "../../bridge/agent-process.ts";
import { converse } from "../../bridge/conversation.ts";
import type { BridgeArguments, BridgeHost } from "../../bridge/program.ts";
import { answerTo } from "./answers.ts";
import type { BridgeLine } from "./lines.ts";
import { connect, ServerError, type Server } from "./rpc.ts";
import { readTold, turnsOf, type Thread } from "./take-turn.ts";
import { openThread, type ThreadOptions } from "./thread.ts";

export type BridgeOptions = BridgeArguments & Pick<ThreadOptions, "hasOwnSandbox">;

type Host = BridgeHost<BridgeLine>;

/** Where the bridge is: before there is a thread, what comes is not of it. */
type Place = { thread: Thread | undefined };

/** After its end the server's last words may still be on their way. */
const LAST_WORDS_MS = 2_000;
/** A shell's exit codes for a command that cannot be run, and for one that a signal has ended. */
const NOT_RUNNABLE = 127;
const ENDED_BY_SIGNAL = 255;

/**
 * Has a Codex app server work on a prompt, and tells all of it in lines. Resolves with an exit code
 * when Codex is done, has failed or is gone, and no longer runs.
 */
export async function runBridge(options: BridgeOptions, host: Host): Promise<number> {
  const codex = startAgentProcess(options.command, host.cwd);
  const at: Place = { thread: undefined };
  const server = connect(codex, {
    onTold: (method, params) => {
      if (at.thread) readTold(at.thread, method, params);
    },
    answer: answerTo,
  });
  try {
    const end = await Promise.race([work(server, options, host, at), gone(codex, server)]);
    if (typeof end === "boolean") return end ? 0 : 1;
    // Its turns are over: whatever has ended it since, it has done its work.
    if (at.thread && !at.thread.turn) return 0;
    host.complain(`The app server ${end.message}.`);
    if (end.reason === "not_started") return NOT_RUNNABLE;
    // That it ended by itself in the middle of its work is no success.
    return end.exitCode === undefined ? ENDED_BY_SIGNAL : end.exitCode || 1;
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
    host.say({ type: "error", message: error.message });
    return 1;
  } finally {
    await codex.stop();
  }
}

async function work(
  server: Server,
  options: BridgeOptions,
  { cwd, input, say }: Host,
  at: Place,
): Promise<boolean> {
  const { promptFile, promptId, version } = options;
  const clientInfo = { name: "orchestra", title: "Orchestra", version };
  await server.request("initialize", { clientInfo, capabilities: null });
  server.notify("initialized");
  const threadId = await openThread(server, cwd, options);
  say({ type: "thread.started", thread_id: threadId });
  const prompt = { id: promptId, text: await readFile(promptFile, "utf8") };
  const thread: Thread = { server, id: threadId, say, usage: {}, turn: undefined };
  at.thread = thread;
  return converse(prompt, input, turnsOf(thread));
}

/** Resolves when it has ended, and all that it said was read. */
async function gone(codex: AgentProcess, server: Server): Promise<AgentEnd> {
  const end = await codex.ended;
  // What it has started may hold its streams open.
  await Promise.race([server.closed, pause(LAST_WORDS_MS)]);
  return end;
}
