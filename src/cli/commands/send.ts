import { unheard } from "../../core/message.ts";
import type { Task } from "../../core/task.ts";
import { executeOrThrow } from "../../store/execute.ts";
import type { Cli } from "../cli.ts";
import { findTask } from "../find-task.ts";
import { sayHowToWork } from "../project-actions.ts";
import { printable } from "../terminal.ts";

/** What an agent is told that was interrupted by somebody who had nothing to say. */
const GO_ON = "Stop and look again at what you are doing. Then go on with your task.";

type Sent = { readonly id: string; readonly text: string; readonly interrupts: boolean };

/** Says something to whoever works a task, now or next. */
export async function send(cli: Cli, id: string, text: string): Promise<void> {
  return say(cli, { id, text, interrupts: false });
}

/** Breaks off what an agent does, and has it go on with something else. */
export async function interrupt(cli: Cli, id: string, text: string = GO_ON): Promise<void> {
  return say(cli, { id, text, interrupts: true });
}

async function say(cli: Cli, { id, text, interrupts }: Sent): Promise<void> {
  await using project = await cli.openProject();
  const { store } = project;
  const found = await findTask(store, id);
  const wanted = { type: "send_message", taskId: found.id, text, interrupts } as const;
  await executeOrThrow(store, { ...wanted, nowMs: cli.clock.nowMs() });
  const task = (await store.task(found.id)) ?? found;

  const messageId = task.messages?.findLast((one) => one.text === text)?.id;
  cli.terminal.json({ id: task.id, messageId, unheard: unheard(task).length });
  cli.terminal.say(`${task.id} ${whenHeard(task, interrupts)}: ${printable(task.title)}`);
  const waitsForPerson = task.state === "waiting_human" || task.pausedAtMs !== undefined;
  if (!waitsForPerson) await sayHowToWork(project, cli.terminal);
}

function whenHeard(task: Task, interrupts: boolean): string {
  if (task.pausedAtMs !== undefined) return "hears it when it is resumed";
  if (interrupts) return "is interrupted, and goes on with that";
  if (task.state === "waiting_human") return "hears it when you send it back to work";
  if (task.state === "active") return "hears it now, or in its next turn";
  return "hears it in its next turn";
}
