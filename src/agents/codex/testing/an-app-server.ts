import * as z from "zod";
import { readLines } from "../../bridge/read-lines.ts";

/** A Codex app server, for tests; its first argument says what is particular about it. */
const [manner = ""] = process.argv.slice(2);

const THREAD = "thread-1";
const message = z.object({
  id: z.number().optional(),
  method: z.string().optional(),
  params: z.record(z.string(), z.unknown()).default({}),
  result: z.unknown().optional(),
});
const said = z.object({
  clientUserMessageId: z.string(),
  input: z.array(z.object({ text: z.string() })),
});

type Params = Readonly<Record<string, unknown>>;
type Turn = { readonly id: string; readonly text: string };

let turns = 0;
let turn: Turn | undefined;

if (manner === "garbage") {
  process.stdout.write("Welcome!\n<html>\n");
  process.exit(3);
}

void readLines(process.stdin, (line) => {
  const { id, method, params, result } = message.parse(JSON.parse(line));
  if (method === undefined) answered(id, result);
  else if (id !== undefined) send({ id, ...respond(method, params) });
});

function respond(method: string, params: Params): object {
  switch (method) {
    case "initialize":
      return { result: { userAgent: "an-app-server" } };
    case "thread/start":
      if (manner === "logged-out") return refusal("not logged in");
      return { result: { thread: { id: THREAD } } };
    case "thread/resume":
      if (params["threadId"] !== THREAD) return refusal("no rollout found for thread id other");
      return { result: { thread: { id: THREAD } } };
    case "turn/start":
      return { result: { turn: { id: begin(params) } } };
    case "turn/steer":
      return steer(params);
    case "turn/interrupt":
      setImmediate(end, "interrupted");
      return { result: {} };
    default:
      return refusal(`no ${method}`);
  }
}

function begin(params: Params): string {
  turns += 1;
  turn = { id: `turn-${turns}`, text: textOf(params) };
  setImmediate(work, params, turn);
  return turn.id;
}

function work(params: Params, { text }: Turn): void {
  hear(params);
  switch (manner) {
    case "dies":
      process.exit(7);
    // It never comes here.
    case "is-killed":
      process.kill(process.pid, "SIGKILL");
      return;
    case "fails":
      tell("error", { error: { message: "busy" }, willRetry: true });
      tell("error", { error: { message: "unexpected status 500" }, willRetry: false });
      end("failed", { message: "unexpected status 500" });
      return;
    case "named":
      finish(`I am ${process.pid}.`);
      return;
    case "asks":
      send({ id: 1, method: "item/commandExecution/requestApproval", params: {} });
      return;
    case "listens":
    case "waits":
    case "is-deaf":
      if (text === "Do it.") answer("Working.");
      else finish(`You said: ${text}`);
      return;
    default:
      // Of a thread that it began by itself.
      item({ type: "agentMessage", id: "i", text: "Not for you." }, "thread-2");
      finish(`You said: ${text}`);
  }
}

function steer(params: Params): object {
  if (!turn || manner === "waits") return refusal("no active turn to steer");
  if (manner === "listens") {
    setImmediate(() => {
      hear(params);
      finish(`Heard: ${textOf(params)}`);
    });
  } else {
    // Its turn ends before it takes that in.
    setImmediate(finish, "Done.");
  }
  return { result: { turnId: turn.id } };
}

function answered(id: number | undefined, result: unknown): void {
  finish(`Answered ${id}: ${JSON.stringify(result)}`);
}

function finish(text: string): void {
  answer(text);
  end("completed");
}

function answer(text: string): void {
  item({ type: "agentMessage", id: "i", text });
  const total = { inputTokens: 10 * turns, cachedInputTokens: 4 * turns, outputTokens: turns };
  tell("thread/tokenUsage/updated", { tokenUsage: { total } });
}

function hear(params: Params): void {
  item({ type: "userMessage", id: "u", clientId: said.parse(params).clientUserMessageId });
}

function item(told: object, threadId = THREAD): void {
  tell("item/completed", { item: told, threadId });
}

function end(status: string, error?: object): void {
  const ended = turn;
  turn = undefined;
  tell("turn/completed", { turn: { id: ended?.id, status, error } });
}

function tell(method: string, params: object): void {
  send({ method, params: { threadId: THREAD, ...params } });
}

function textOf(params: Params): string {
  return said
    .parse(params)
    .input.map(({ text }) => text)
    .join("");
}

function refusal(why: string): object {
  return { error: { code: -32_600, message: why } };
}

function send(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
