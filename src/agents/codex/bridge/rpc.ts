import type { Readable, Writable } from "node:stream";
import { readLines } from "../../bridge/read-lines.ts";
import { asFields, fieldsIn, fieldsOf, textIn, type Fields } from "../../json-fields.ts";

/** The app server, which is asked things. */
export type Server = {
  /** Rejects with a `ServerError` when it refuses; stays open when it is gone. */
  readonly request: (method: string, params: object) => Promise<Fields>;
  readonly notify: (method: string) => void;
  /** Resolves when it says nothing more. */
  readonly closed: Promise<void>;
};

export type Listener = {
  readonly onTold: (method: string, params: Fields) => void;
  /** The answer to what it asks; `undefined` where there is none. */
  readonly answer: (method: string, params: Fields) => object | undefined;
};

/** A request that was refused, in the server's words. */
export class ServerError extends Error {
  override readonly name = "ServerError";
}

/** JSON-RPC's number for what is not known. */
const METHOD_NOT_FOUND = -32_601;

type Asked = { resolve: (result: Fields) => void; reject: (error: ServerError) => void };

/** Speaks with a Codex app server: JSON-RPC, a line each, without the field that names it so. */
export function connect(
  { input, output }: { readonly input: Writable; readonly output: Readable },
  listener: Listener,
): Server {
  const asked = new Map<number, Asked>();
  let lastId = 0;
  const send = (message: object): void => void input.write(`${JSON.stringify(message)}\n`);
  const closed = readLines(output, (line) => {
    // What is no JSON is not for us.
    const message = fieldsOf(line) ?? {};
    const method = textIn(message, "method");
    const { id } = message;
    if (method === undefined) settle(asked, message);
    else if (id === undefined) listener.onTold(method, fieldsIn(message, "params"));
    else {
      const result = listener.answer(method, fieldsIn(message, "params"));
      const error = { code: METHOD_NOT_FOUND, message: `Orchestra has no answer to ${method}.` };
      send(result ? { id, result } : { id, error });
    }
  });
  return {
    request: async (method, params) => {
      const id = (lastId += 1);
      const answer = new Promise<Fields>((resolve, reject) => asked.set(id, { resolve, reject }));
      send({ id, method, params });
      return answer;
    },
    notify: (method) => send({ method }),
    closed,
  };
}

function settle(asked: Map<number, Asked>, { id, result, error }: Fields): void {
  const question = typeof id === "number" ? asked.get(id) : undefined;
  if (!question || typeof id !== "number") return;
  asked.delete(id);
  const refusal = asFields(error);
  if (refusal) question.reject(new ServerError(textIn(refusal, "message") ?? "It was refused."));
  else question.resolve(asFields(result) ?? {});
}
