import type { AgentAdapter, Launch, Steering } from "../../agents/adapter.ts";
import type { StartRequest } from "../../agents/processes.ts";
import type { Message } from "../../core/message.ts";
import type { AttemptFolders } from "./attempt-folders.ts";

type Inboxes = Pick<AttemptFolders, "openInbox" | "readInbox" | "appendInbox">;

/** An empty line is the end of an inbox. */
const END = "\n";

/** Bytes, a character each, so that a line that was torn is told from one that is whole. */
export function bytesOf(text: string): string {
  return Buffer.from(text).toString("latin1");
}

/** What an inbox must say for a message to have come. */
function linesOf(steering: Steering, { id, text, interrupts }: Message): string {
  const message = steering.message(text, id);
  return bytesOf(interrupts ? `${steering.interrupt(id)}${message}` : message);
}

/** What is missing in `inbox` for it to hold `lines`: after a crash in the middle of them, the rest. */
export function missingIn(inbox: string, lines: string): string {
  if (inbox.includes(lines)) return "";
  for (let length = lines.length - 1; length > 0; length -= 1) {
    const isTorn = inbox.endsWith(lines.slice(0, length));
    if (isTorn && inbox.at(-length - 1) === "\n") return lines.slice(length);
  }
  return lines;
}

/** What an agent reads on standard input. */
export type Input = Pick<StartRequest, "stdinFile" | "followsStdin"> & {
  /** Whether it begins with this prompt, and not with that of an earlier start. */
  readonly isOwn: boolean;
};

/** The file that its launch names, or where it listens, an inbox that begins with its prompt. */
export async function inputOf(
  folders: Inboxes,
  { adapter, launch }: { readonly adapter: AgentAdapter; readonly launch: Launch },
  { attemptId, prompt }: { readonly attemptId: string; readonly prompt: string },
): Promise<Input> {
  if (!adapter.steering) return { stdinFile: launch.stdinFile, isOwn: true };
  const line = adapter.steering.message(prompt, attemptId);
  const { file, isNew } = await folders.openInbox(attemptId, line);
  return { stdinFile: file, followsStdin: true, isOwn: isNew };
}

/**
 * Has the inbox hold these messages, each once, in their order; one that has ended takes none. Safe to
 * repeat: what is there tells what was delivered, whoever did it.
 */
export async function deliver(
  folders: Inboxes,
  { attemptId, steering }: { readonly attemptId: string; readonly steering: Steering },
  messages: readonly Message[],
): Promise<void> {
  let inbox = await folders.readInbox(attemptId);
  if (hasEnd(inbox)) return;
  for (const message of messages) {
    const missing = missingIn(inbox, linesOf(steering, message));
    if (missing === "") continue;
    await folders.appendInbox(attemptId, missing);
    inbox += missing;
  }
}

/** Ends the inbox, after which the agent ends by itself. */
export async function endInbox(folders: Inboxes, attemptId: string): Promise<void> {
  if (!hasEnd(await folders.readInbox(attemptId))) await folders.appendInbox(attemptId, END);
}

function hasEnd(inbox: string): boolean {
  return inbox.endsWith("\n\n");
}
