import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { chatDialect } from "./chat-dialect.ts";
import {
  isUnfinished,
  type Answer,
  type Call,
  type Dialect,
  type ModelRequest,
} from "./dialect.ts";
import { geminiDialect } from "./gemini-dialect.ts";
import { messagesDialect } from "./messages-dialect.ts";
import { responsesDialect } from "./responses-dialect.ts";
import { scriptNameIn, type Script, type Turn } from "./script.ts";

/** What it speaks; the first that can read a request answers it. */
const DIALECTS: readonly Dialect[] = [
  messagesDialect,
  responsesDialect,
  chatDialect,
  geminiDialect,
];

/** A model on loopback that speaks the APIs of several providers and says what its scripts say. */
export type ScriptedEndpoint = {
  readonly url: string;
  /** Requests of main loops, in the order in which they came. */
  readonly requests: readonly ScriptedRequest[];
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

export type ScriptedRequest = ModelRequest & { readonly script: string };

type State = {
  readonly scripts: Readonly<Record<string, Script>>;
  readonly requests: ScriptedRequest[];
};

/**
 * Starts an endpoint. A conversation is worked by the script that `[script:NAME]` in its prompt
 * names; a script goes on where it was, whichever session asks.
 */
export async function startScriptedEndpoint(
  scripts: Readonly<Record<string, Script>>,
): Promise<ScriptedEndpoint> {
  const state: State = { scripts, requests: [] };
  const server = createServer((request, response) => {
    answer(state, request, response).catch((error: unknown) => {
      sendError(response, messagesDialect, refusal(500, String(error)));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- It listens on a port.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests: state.requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function answer(
  state: State,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = new URL(request.url ?? "/", "http://loopback").pathname;
  const understood = understand({ path, body: await text(request), headers: request.headers });
  if (!understood) return answerOther(response, path);
  // A title or a summary: not a turn of the script.
  const { asked, dialect } = understood;
  if (!asked.hasTools) {
    return sendAnswer(response, understood, { turn: SIDE, id: "side", model: asked.model });
  }
  const script = scriptNameIn(asked.prompt) ?? "";
  const index = state.requests.filter((earlier) => earlier.script === script).length;
  state.requests.push({ ...asked, script });
  const turn = state.scripts[script]?.[index];
  if (turn) play(response, understood, turn, `msg_${script}_${index}`);
  else sendError(response, dialect, refusal(400, `Script "${script}" has no turn ${index}.`));
}

const SIDE = { text: "ok", usage: { input: 0, cacheRead: 0, cacheWrite: 0, output: 0 } };

type Understood = { readonly dialect: Dialect; readonly asked: ModelRequest };

function understand(call: Call): Understood | undefined {
  for (const dialect of DIALECTS) {
    const asked = dialect.read(call);
    if (asked) return { dialect, asked };
  }
  return undefined;
}

type Refusal = Extract<Turn, { readonly status: number }>;

function refusal(status: number, message: string): Refusal {
  return { status, error: { type: "api_error", message } };
}

function play(response: ServerResponse, understood: Understood, turn: Turn, id: string): void {
  if ("status" in turn) {
    sendError(response, understood.dialect, turn);
  } else if ("garbage" in turn) {
    response.writeHead(200, EVENT_STREAM).end(turn.garbage);
  } else {
    sendAnswer(response, understood, { turn, id, model: understood.asked.model });
  }
}

const EVENT_STREAM = { "content-type": "text/event-stream" };

function sendAnswer(
  response: ServerResponse,
  { dialect, asked }: Understood,
  answered: Answer,
): void {
  if (!asked.isStreamed && !isUnfinished(answered.turn)) {
    return sendJson(response, 200, dialect.whole(answered));
  }
  response.writeHead(200, EVENT_STREAM);
  response.write(dialect.stream(answered));
  if ("breaksOff" in answered.turn) {
    response.write('data: {"type":"half a li', () => response.destroy());
  } else if (!isUnfinished(answered.turn)) {
    response.end();
  }
}

function answerOther(response: ServerResponse, path: string): void {
  if (path === "/v1/messages/count_tokens") return sendJson(response, 200, { input_tokens: 1_000 });
  sendError(response, messagesDialect, refusal(404, path));
}

function sendError(
  response: ServerResponse,
  dialect: Dialect,
  { status, error, headers }: Refusal,
): void {
  sendJson(response, status, dialect.error(status, error), headers);
}

function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}
