import { expect, test } from "vitest";
import { steering } from "../../agents/claude/steering.ts";
import type { Message } from "../../core/message.ts";
import { bytesOf, deliver, endInbox, missingIn } from "./inbox.ts";

const ASIDE = { attemptId: "a-1", steering };

function aMessage(number: number, given: Partial<Message> = {}): Message {
  const text = `Sag „${number}“ 😀`;
  return { id: `a-m${number}`, text, sentAtMs: 0, interrupts: false, isHeard: false, ...given };
}

/** Inboxes that take only so many bytes, as a process does that is killed while it writes. */
function inboxes(bytesMax = Infinity) {
  const kept = new Map([["a-1", bytesOf(steering.message("Do it.", "a-1"))]]);
  const [inbox, left] = [{ text: () => kept.get("a-1") ?? "" }, { bytes: bytesMax }];
  return {
    inbox,
    left,
    openInbox: async () => ({ file: "", isNew: false }),
    readInbox: async (id: string) => kept.get(id) ?? "",
    appendInbox: async (id: string, bytes: string) => {
      kept.set(id, `${kept.get(id) ?? ""}${bytes.slice(0, left.bytes)}`);
      left.bytes -= bytes.length;
      if (left.bytes < 0) throw new Error("Killed.");
    },
  };
}

test("each message comes once, in its order, whoever delivers it again", async () => {
  const folders = inboxes();
  await deliver(folders, ASIDE, [aMessage(1)]);
  await deliver(folders, ASIDE, [aMessage(1), aMessage(2)]);
  await deliver(folders, ASIDE, [aMessage(1), aMessage(2)]);
  expect(idsIn(folders.inbox.text())).toEqual(["a-1", "a-m1", "a-m2"]);
});

test("an interruption comes right before what is to be done instead", async () => {
  const folders = inboxes();
  await deliver(folders, ASIDE, [aMessage(1, { interrupts: true })]);
  const types = linesIn(folders.inbox.text()).map(({ type }) => type);
  expect(types).toEqual(["user", "control_request", "user"]);
});

test("whoever is killed at any byte of a message leaves one that is then made whole", async () => {
  const messages = [aMessage(1, { interrupts: true }), aMessage(2)];
  const whole = inboxes();
  await deliver(whole, ASIDE, messages);
  const start = inboxes().inbox.text().length;
  for (let bytes = 0; bytes < whole.inbox.text().length - start; bytes += 1) {
    const torn = inboxes(bytes);
    await deliver(torn, ASIDE, messages).catch(() => undefined);
    torn.left.bytes = Infinity;
    await deliver(torn, ASIDE, messages);
    expect(torn.inbox.text()).toBe(whole.inbox.text());
  }
});

test("an inbox that has ended takes nothing more, and ends once", async () => {
  const folders = inboxes();
  await endInbox(folders, "a-1");
  const ended = folders.inbox.text();
  await deliver(folders, ASIDE, [aMessage(1)]);
  await endInbox(folders, "a-1");
  expect(folders.inbox.text()).toBe(ended);
  expect(ended.endsWith("}\n\n")).toBe(true);
});

test("a line that only looks like the beginning of another is not taken for it", () => {
  expect(missingIn("say 12\n", "say 1\n")).toBe("say 1\n");
  expect(missingIn("say 1\nsay", "say 2\n")).toBe(" 2\n");
});

function linesIn(bytes: string): { readonly type: string; readonly uuid?: string }[] {
  const text = Buffer.from(bytes, "latin1").toString("utf8");
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as { type: string; uuid?: string });
}

function idsIn(bytes: string): (string | undefined)[] {
  return linesIn(bytes).map(({ uuid }) => uuid);
}
