import { join } from "node:path";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { steering } from "../../bridge/steering.ts";
import { BABBLER, reaches, startBridge, type Bridged } from "../../bridge/testing/start-bridge.ts";
import type { BridgeLine } from "./lines.ts";
import { runBridge, type BridgeOptions } from "./run-bridge.ts";

const AGENT = join(import.meta.dirname, "../testing/an-agent.ts");

function bridge(
  manner: string,
  options: Partial<BridgeOptions> = {},
  input?: PassThrough,
): Bridged<BridgeLine> {
  const command = [process.execPath, AGENT, manner];
  const own = { command, resumeId: undefined, permissions: "allow" } as const;
  return startBridge(
    async (given, host) => runBridge({ ...given, ...own, ...options }, host),
    input,
  );
}

const SAID = (text: string): object => ({
  type: "update",
  params: { update: { sessionUpdate: "agent_message_chunk", content: { text } } },
});

test("an agent is greeted, given its prompt, and done when its turn is", async () => {
  const { lines, exitCode } = bridge("answers");
  expect(await exitCode).toBe(0);
  expect(lines).toMatchObject([
    { type: "agent", name: "an-agent", version: "1.2.3", canResume: false },
    { type: "session", sessionId: "session-1" },
    { type: "heard", id: "a-1" },
    SAID("You said: Do it."),
    { type: "turn", result: { stopReason: "end_turn" } },
  ]);
});

test.each([
  ["allow", "once", "allowed"],
  ["deny", "no", "denied"],
] as const)(
  "with %s a request for permission is answered for once",
  async (permissions, option, answer) => {
    const { lines, exitCode } = bridge("asks", { permissions });
    expect(await exitCode).toBe(0);
    expect(lines).toContainEqual(expect.objectContaining({ type: "permission", answer }));
    expect(lines.at(-2)).toMatchObject(SAID(`Permission: ${option}`));
  },
);

test("what is said in the middle of a turn goes into it, where the agent listens", async () => {
  const input = new PassThrough();
  const { lines, exitCode, onText } = bridge("listens", {}, input);
  onText("Working.", () => {
    input.write(steering.message("Be quick.", "m-1"));
    // Said twice, as after a crash.
    input.end(steering.message("Be quick.", "m-1"));
  });
  expect(await exitCode).toBe(0);
  const heard = lines.filter(({ type }) => type === "heard");
  expect(heard).toEqual([
    { type: "heard", id: "a-1" },
    { type: "heard", id: "m-1" },
  ]);
  expect(lines.filter(({ type }) => type === "turn")).toHaveLength(1);
  expect(lines.findLast(({ type }) => type === "update")).toMatchObject(SAID("Heard: Be quick."));
});

test("what is said to an agent that does not listen is its next turn", async () => {
  const input = new PassThrough();
  const { lines, exitCode, onText } = bridge("answers", {}, input);
  onText("You said: Do it.", () => input.end(steering.message("And more.", "m-1")));
  expect(await exitCode).toBe(0);
  expect(lines.slice(4)).toMatchObject([
    { type: "turn" },
    { type: "heard", id: "m-1" },
    SAID("You said: And more."),
    { type: "turn" },
  ]);
});

test("an interrupted agent stops, and goes on with what is said then", async () => {
  const input = new PassThrough();
  const { lines, exitCode, onText } = bridge("waits", {}, input);
  onText("Waiting.", () => {
    input.write(steering.interrupt("r-1"));
    input.end(steering.message("Try again.", "m-1"));
  });
  expect(await exitCode).toBe(0);
  expect(lines.slice(4)).toMatchObject([
    { type: "turn", result: { stopReason: "cancelled" } },
    { type: "heard", id: "m-1" },
    SAID("Went on: Try again."),
    { type: "turn", result: { stopReason: "end_turn" } },
  ]);
});

test("an interrupt waits for nothing that was said before it, and none of that is lost", async () => {
  const input = new PassThrough();
  const { lines, exitCode, onText } = bridge("waits", {}, input);
  onText("Waiting.", () => {
    input.write(steering.message("Be quick.", "m-1"));
    input.write(steering.interrupt("m-2"));
  });
  // What it is to go on with may come later than that it is to stop.
  onText("cancelled", () => input.end(steering.message("Try again.", "m-2")));
  expect(await exitCode).toBe(0);
  expect(lines.slice(5)).toMatchObject([
    { type: "heard", id: "m-1" },
    { type: "heard", id: "m-2" },
    SAID("Went on: Be quick.\n\nTry again."),
    { type: "turn", result: { stopReason: "end_turn" } },
  ]);
});

test("what an agent was told and had not gone on with when it was interrupted is said again", async () => {
  const input = new PassThrough();
  const { lines, exitCode, onText } = bridge("forgets", {}, input);
  onText("Waiting.", () => input.write(steering.message("Be quick.", "m-1")));
  onText('"plan"', () => {
    input.write(steering.interrupt("m-2"));
    input.end(steering.message("Try again.", "m-2"));
  });
  expect(await exitCode).toBe(0);
  expect(lines.slice(5)).toMatchObject([
    { type: "turn", result: { stopReason: "cancelled" } },
    { type: "heard", id: "m-1" },
    { type: "heard", id: "m-2" },
    SAID("Went on: Be quick.\n\nTry again."),
    { type: "turn" },
  ]);
});

test("what an interrupted agent still asks for it may not", async () => {
  const input = new PassThrough();
  const { lines, exitCode, onText } = bridge("asks-late", {}, input);
  onText("Waiting.", () => input.end(steering.interrupt("r-1")));
  expect(await exitCode).toBe(0);
  expect(lines.slice(4)).toMatchObject([
    { type: "permission", answer: "denied" },
    SAID("Permission: cancelled"),
    { type: "turn", result: { stopReason: "cancelled" } },
  ]);
});

test("lines that nobody can mean are not heard", async () => {
  const input = new PassThrough();
  const { lines, exitCode } = bridge("answers", {}, input);
  input.end('half a li\n{"type":"message","text":7}\n\u0000\n{"type":"message"');
  expect(await exitCode).toBe(0);
  expect(lines.filter(({ type }) => type === "turn")).toHaveLength(1);
});

test("a session is gone on with, and what was said in it is no news", async () => {
  const { lines, exitCode } = bridge("loads", { resumeId: "session-1" });
  expect(await exitCode).toBe(0);
  expect(JSON.stringify(lines)).not.toContain("What was said before.");
  expect(lines).toMatchObject([
    { type: "agent", canResume: true },
    { type: "session", sessionId: "session-1" },
    { type: "heard" },
    SAID("You said: Do it."),
    { type: "turn" },
  ]);
});

test("another model is chosen where the agent lets one choose", async () => {
  const { lines, exitCode } = bridge("models", { model: "large" });
  expect(await exitCode).toBe(0);
  expect(lines[1]).toMatchObject({ type: "session", model: "large" });
});

test.each<readonly [string, string, Partial<BridgeOptions>, object]>([
  ["is no executable", "", { command: ["/no/such/agent"] }, { reason: "not_started" }],
  ["prints something else", "garbage", {}, { reason: "ended", message: /exit code 3/ }],
  ["speaks another version", "newer", {}, { reason: "other_version" }],
  ["is logged out", "logged-out", {}, { code: -32000 }],
  ["knows no such model", "models", { model: "huge" }, { code: -32602 }],
  ["lets nobody choose a model", "answers", { model: "large" }, { reason: "no_choice" }],
  ["cannot go on", "answers", { resumeId: "s" }, { reason: "not_resumable" }],
  ["has no such session", "loads", { resumeId: "s" }, { code: -32002 }],
  ["is refused by its provider", "refused", {}, { code: -32603, data: { details: "401 bad key" } }],
  ["dies at work", "dies", {}, { reason: "ended", message: /exit code 7/ }],
])("an agent that %s fails, and says why", async (_what, manner, options, error) => {
  const { lines, exitCode } = bridge(manner, options);
  expect(await exitCode).toBe(1);
  const { message = /./, ...rest } = error as { message?: RegExp };
  expect(lines.at(-1)).toMatchObject({
    type: "failed",
    error: { ...rest, message: expect.stringMatching(message) },
  });
});

test("an agent whose line never ends is killed, and how the line begins is told", async () => {
  const { lines, exitCode } = bridge("", { command: BABBLER });
  expect(await exitCode).toBe(1);
  const message = expect.stringMatching(/printed a line of more than 32 MiB.*: I am \d+\. xxx/);
  expect(lines).toMatchObject([{ type: "failed", error: { reason: "ended", message } }]);
  expect(reaches(JSON.stringify(lines))).toBe(false);
});

test("an agent that ends when its turn is over has done its work", async () => {
  const { lines, exitCode, onText } = bridge("named", {}, new PassThrough());
  onText('"turn"', () => reaches(JSON.stringify(lines), "SIGKILL"));
  expect(await exitCode).toBe(0);
  expect(lines.at(-1)).toMatchObject({ type: "turn" });
});
