import { join } from "node:path";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { steering } from "../../bridge/steering.ts";
import { BABBLER, reaches, startBridge, type Bridged } from "../../bridge/testing/start-bridge.ts";
import type { BridgeLine } from "./lines.ts";
import { runBridge, type BridgeOptions } from "./run-bridge.ts";

const SERVER = join(import.meta.dirname, "../testing/an-app-server.ts");

function bridge(
  manner: string,
  options: Partial<BridgeOptions> = {},
  input?: PassThrough,
): Bridged<BridgeLine> {
  const command = [process.execPath, SERVER, manner, "app-server"];
  const own = { command, resumeId: undefined, hasOwnSandbox: false };
  return startBridge(
    async (given, host) => runBridge({ ...given, ...own, ...options }, host),
    input,
  );
}

const SAID = (text: string): object => ({
  type: "item.completed",
  item: { type: "agent_message", text },
});
const HEARD = (id: string): object => ({ type: "heard", id });
const USAGE = { type: "usage" };
const COMPLETED = { type: "turn.completed" };

test("Codex is greeted, given its prompt, and done when its turn is", async () => {
  const { lines, exitCode } = bridge("answers");
  expect(await exitCode).toBe(0);
  expect(lines).toMatchObject([
    { type: "thread.started", thread_id: "thread-1" },
    { type: "turn.started" },
    HEARD("a-1"),
    SAID("You said: Do it."),
    { type: "usage", usage: { input_tokens: 10, cached_input_tokens: 4, output_tokens: 1 } },
    { type: "turn.completed", usage: { input_tokens: 10 } },
  ]);
});

test("what Codex asks to do it may", async () => {
  const { lines, exitCode } = bridge("asks");
  expect(await exitCode).toBe(0);
  expect(lines.slice(3, 4)).toMatchObject([SAID('Answered 1: {"decision":"accept"}')]);
});

test("what is said in the middle of a turn goes into it, once", async () => {
  const input = new PassThrough();
  const { lines, exitCode, onText } = bridge("listens", {}, input);
  onText("Working.", () => {
    input.write(steering.message("Be quick.", "m-1"));
    // Said twice, as after a crash; the prompt comes by its file, too.
    input.write(steering.message("Be quick.", "m-1"));
    input.end(steering.message("Do it.", "a-1"));
  });
  expect(await exitCode).toBe(0);
  expect(lines).toContainEqual({ type: "queued", id: "m-1" });
  expect(lines.slice(2).filter(({ type }) => type !== "queued")).toMatchObject([
    HEARD("a-1"),
    SAID("Working."),
    USAGE,
    HEARD("m-1"),
    SAID("Heard: Be quick."),
    USAGE,
    COMPLETED,
  ]);
});

test.each(["waits", "is-deaf"])(
  "what does not go into a turn of a Codex that %s is its next turn",
  async (manner) => {
    const input = new PassThrough();
    const { lines, exitCode, onText } = bridge(manner, {}, input);
    onText("Working.", () => {
      input.write(steering.message("And more.", "m-1"));
      // Of one that refuses to be steered, the turn has to be ended for it.
      if (manner === "waits") input.write(steering.interrupt("r-1"));
      input.end();
    });
    expect(await exitCode).toBe(0);
    expect(lines.slice(-5)).toMatchObject([
      { type: "turn.started" },
      HEARD("m-1"),
      SAID("You said: And more."),
      USAGE,
      COMPLETED,
    ]);
  },
);

test("an interrupted Codex stops, and goes on with what is said then", async () => {
  const input = new PassThrough();
  const { lines, exitCode, onText } = bridge("waits", {}, input);
  onText("Working.", () => {
    input.write(steering.interrupt("r-1"));
    input.end(steering.message("Try again.", "m-1"));
  });
  expect(await exitCode).toBe(0);
  expect(lines.slice(5)).toMatchObject([
    { type: "turn.failed", error: { message: "The turn was interrupted." } },
    { type: "turn.started" },
    HEARD("m-1"),
    SAID("You said: Try again."),
    USAGE,
    COMPLETED,
  ]);
});

test("an interrupt waits for nothing that was said before it, and none of that is lost", async () => {
  const input = new PassThrough();
  const { lines, exitCode, onText } = bridge("waits", {}, input);
  onText("Working.", () => {
    input.write(steering.message("Be quick.", "m-1"));
    input.write(steering.interrupt("m-2"));
  });
  // What it is to go on with may come later than that it is to stop.
  onText("interrupted", () => input.end(steering.message("Try again.", "m-2")));
  expect(await exitCode).toBe(0);
  expect(lines.slice(6)).toMatchObject([
    { type: "turn.started" },
    HEARD("m-1"),
    HEARD("m-2"),
    SAID("You said: Be quick.\n\nTry again."),
    USAGE,
    COMPLETED,
  ]);
});

test.each([
  ["thread-1", "is gone on with"],
  ["other", "that is not there is begun anew"],
])("the thread %s %s", async (resumeId) => {
  const { lines, exitCode } = bridge("answers", { resumeId });
  expect(await exitCode).toBe(0);
  expect(lines[0]).toMatchObject({ thread_id: "thread-1" });
});

test("a turn that fails ends it, with what Codex said of that", async () => {
  const { lines, exitCode } = bridge("fails", {}, new PassThrough());
  expect(await exitCode).toBe(1);
  expect(lines.slice(3)).toEqual([
    { type: "error", message: "Reconnecting... busy" },
    { type: "error", message: "unexpected status 500" },
    { type: "turn.failed", error: { message: "unexpected status 500" } },
  ]);
});

test("a server that refuses a request is told of in its words", async () => {
  const { lines, exitCode } = bridge("logged-out");
  expect(await exitCode).toBe(1);
  expect(lines).toEqual([{ type: "error", message: "not logged in" }]);
});

test.each<readonly [string, string, Partial<BridgeOptions>, number, RegExp]>([
  ["is no executable", "", { command: ["/no/such/codex"] }, 127, /could not be started/],
  ["prints something else", "garbage", {}, 3, /exit code 3/],
  ["dies at work", "dies", {}, 7, /exit code 7/],
  ["is killed", "is-killed", {}, 255, /SIGKILL/],
])(
  "an app server that %s ends the bridge in the same way",
  async (_what, manner, options, code, why) => {
    const { complaints, exitCode } = bridge(manner, options);
    expect(await exitCode).toBe(code);
    expect(complaints).toEqual([expect.stringMatching(why)]);
  },
);

test("an app server whose line never ends is killed, and how the line begins is told", async () => {
  const { complaints, exitCode } = bridge("", { command: BABBLER });
  expect(await exitCode).toBe(255);
  expect(complaints).toEqual([
    expect.stringMatching(/^The app server printed a line of more than 32 MiB.*: I am \d+\. xxx/),
  ]);
  expect(reaches(complaints.join())).toBe(false);
});

test("an app server that ends when its turn is over has done its work", async () => {
  const { lines, complaints, exitCode, onText } = bridge("named", {}, new PassThrough());
  onText("turn.completed", () => reaches(JSON.stringify(lines), "SIGKILL"));
  expect(await exitCode).toBe(0);
  expect(complaints).toEqual([]);
});
