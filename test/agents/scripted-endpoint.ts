import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { messageStream, wholeMessage, type MessageTurn } from "./message-stream.ts";
import { scriptNameIn, type Script, type Turn } from "./script.ts";
import { readMessagesRequest, type MessagesRequest } from "./messages-request.ts";

/** A model on loopback that speaks the Messages API and says what its scripts say. */
export type ScriptedEndpoint = {
  readonly url: string;
  /** Requests of main loops, in the order in which they came. */
  readonly requests: readonly ScriptedRequest[];
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

export type ScriptedRequest = MessagesRequest & { readonly script: string };

type State = {
  readonly scripts: Readonly<Record<string, Script>>;
  readonly requests: ScriptedRequest[];
};

/**
 * Starts an endpoint. A conversation is worked by the script that `[script:NAME]` in its first user
 * message names; a script goes on where it was, whichever session asks.
 */
export async function startScriptedEndpoint(
  scripts: Readonly<Record<string, Script>>,
): Promise<ScriptedEndpoint> {
  const state: State = { scripts, requests: [] };
  const server = createServer((request, response) => {
    answer(state, request, response).catch((error: unknown) => {
      sendError(response, 500, "api_error", String(error));
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
  const body = await text(request);
  const asked = path === "/v1/messages" ? readMessagesRequest(body, request.headers) : undefined;
  if (!asked) return answerOther(response, path);
  // A title or a summary: not a turn of the script.
  if (!asked.hasTools) return sendMessage(response, { text: "ok", usage: NOTHING }, "side", asked);

  const script = scriptNameIn(asked.firstUserText) ?? "";
  const index = state.requests.filter((earlier) => earlier.script === script).length;
  state.requests.push({ ...asked, script });
  const turn = state.scripts[script]?.[index];
  if (turn) play(response, turn, `msg_${script}_${index}`, asked);
  else
    sendError(response, 400, "invalid_request_error", `Script "${script}" has no turn ${index}.`);
}

const NOTHING = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0 };

function play(response: ServerResponse, turn: Turn, id: string, asked: MessagesRequest): void {
  if ("status" in turn) {
    sendError(response, turn.status, turn.error.type, turn.error.message, turn.headers);
  } else if ("garbage" in turn) {
    response.writeHead(200, EVENT_STREAM).end(turn.garbage);
  } else {
    sendMessage(response, turn, id, asked);
  }
}

const EVENT_STREAM = { "content-type": "text/event-stream" };

function sendMessage(
  response: ServerResponse,
  turn: MessageTurn,
  id: string,
  { model, isStreamed }: MessagesRequest,
): void {
  if (!isStreamed && !("hang" in turn)) {
    return sendJson(response, 200, wholeMessage(turn, id, model));
  }
  response.writeHead(200, EVENT_STREAM);
  response.write(messageStream(turn, id, model));
  if (!("hang" in turn)) response.end();
}

function answerOther(response: ServerResponse, path: string): void {
  if (path === "/v1/messages/count_tokens") return sendJson(response, 200, { input_tokens: 1_000 });
  sendError(response, 404, "not_found_error", path);
}

function sendError(
  response: ServerResponse,
  status: number,
  type: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  sendJson(response, status, { type: "error", error: { type, message } }, headers);
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
