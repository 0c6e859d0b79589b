import * as z from "zod";
import {
  isUnfinished,
  jsonOf,
  textOfContent,
  type Answer,
  type Call,
  type Dialect,
  type ModelRequest,
} from "./dialect.ts";
import { TURN_USAGE, type TurnError } from "./script.ts";

/** Google's Gemini API. */
export const geminiDialect: Dialect = {
  read: readGeminiRequest,
  stream: geminiStream,
  whole: (answer) => response(answer, parts(answer)),
  error: geminiError,
};

/** The model and what is asked of it are in the path; the body has neither. */
const PATH = /^\/v1(?:beta)?\/models\/([^/:]+):(streamGenerateContent|generateContent)$/;

const schema = z.object({
  tools: z.array(z.unknown()).default([]),
  contents: z.array(z.object({ role: z.string().default("user"), parts: z.array(z.unknown()) })),
});

function readGeminiRequest({ path, body, headers }: Call): ModelRequest | undefined {
  const [, model, method] = PATH.exec(path) ?? [];
  const { success, data } = schema.safeParse(jsonOf(body));
  if (model === undefined || !success) return undefined;
  const texts = data.contents.map(({ role, parts: said }) => ({ role, text: textOfContent(said) }));
  const users = texts.filter(({ role }) => role === "user");
  return {
    model,
    hasTools: data.tools.length > 0,
    isStreamed: method === "streamGenerateContent",
    texts,
    // What the user said comes after messages of the same role about the surroundings.
    prompt: users.map(({ text }) => text).join("\n"),
    headers,
  };
}

type Part = Readonly<Record<string, unknown>>;

function parts({ turn }: Answer): readonly Part[] {
  const said = turn.text === undefined ? [] : [{ text: turn.text }];
  if (!("tool" in turn)) return said;
  return [...said, { functionCall: { name: turn.tool, args: turn.input } }];
}

/** A chunk for each part; the last one has the end and what was used, too. */
function geminiStream(answer: Answer): string {
  const all = parts(answer);
  const begun = isUnfinished(answer.turn) ? all : all.slice(0, -1);
  const chunks = begun.map((part) => chunk(answer, [part]));
  const end = isUnfinished(answer.turn) ? [] : [response(answer, all.slice(-1))];
  return [...chunks, ...end].map((one) => `data: ${JSON.stringify(one)}\r\n\r\n`).join("");
}

function chunk({ id, model }: Answer, said: readonly Part[], end: Part = {}): Part {
  const candidate = { content: { role: "model", parts: said }, ...end, index: 0 };
  return { candidates: [candidate], modelVersion: model, responseId: id };
}

/** The prompt's tokens hold the cached ones; thoughts are counted beside what was said. */
function response(answer: Answer, said: readonly Part[]): Part {
  const { input, cacheRead, cacheWrite, output, reasoning = 0 } = answer.turn.usage ?? TURN_USAGE;
  const promptTokenCount = input + cacheRead + cacheWrite;
  return {
    ...chunk(answer, said, { finishReason: "STOP" }),
    usageMetadata: {
      promptTokenCount,
      cachedContentTokenCount: cacheRead,
      candidatesTokenCount: output - reasoning,
      thoughtsTokenCount: reasoning,
      totalTokenCount: promptTokenCount + output,
    },
  };
}

const STATUS_NAMES: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  404: "NOT_FOUND",
  429: "RESOURCE_EXHAUSTED",
  500: "INTERNAL",
};

function geminiError(status: number, { type: _type, ...error }: TurnError): unknown {
  return { error: { code: status, status: STATUS_NAMES[status] ?? "UNKNOWN", ...error } };
}
