import { attemptFolder } from "../../app.ts";
import { readLife } from "../../cluster/node/life-record.ts";
import { isLive } from "../../core/attempt.ts";
import { inWords } from "../../core/limits.ts";
import { timeLeft, type TimeLeft } from "../../core/reports/time-left.ts";
import { executeOrThrow } from "../../store/execute.ts";
import type { Cli } from "../cli.ts";
import { findTask } from "../find-task.ts";
import type { Reader } from "../open-reader.ts";
import { parseDurationOption } from "../option-values.ts";
import { isDispatcherAlive } from "../../engine/living-dispatcher.ts";
import { timeLeftLines } from "../report/time-left-lines.ts";
import { printable } from "../terminal.ts";

/** Shows what each agent at work has left of its time; changes nothing. */
export async function listTimeouts(cli: Cli): Promise<void> {
  await using reader = await cli.openReader();
  const attempts = reader ? await timesLeft(reader, cli.clock.awakeMs()) : [];
  cli.terminal.json({ attempts });
  for (const line of timeLeftLines(attempts, cli.terminal)) cli.terminal.say(line);
}

/** Whose time is up first comes first. */
async function timesLeft(reader: Reader, awakeMs: number): Promise<TimeLeft[]> {
  const found = await reader.snapshot(async (moment) => {
    const live = await moment.liveAttempts();
    const tasks = await moment.tasksById(live.map(({ taskId }) => taskId));
    return live.map((attempt) => ({ attempt, task: tasks.get(attempt.taskId) }));
  });
  return found
    .flatMap(({ attempt, task }) => {
      const life = readLife(attemptFolder(reader.root, attempt.id), awakeMs);
      return timeLeft(attempt, task, life, awakeMs) ?? [];
    })
    .toSorted((a, b) => a.leftMs - b.leftMs);
}

/** Gives a task more time: the attempt at work, and all after it. */
export async function extendTimeout(cli: Cli, typedId: string, typed: string): Promise<void> {
  const byMs = parseDurationOption("DURATION", typed) ?? 0;
  await using project = await cli.openProject();
  const { id, title } = await findTask(project.store, typedId);
  const nowMs = cli.clock.nowMs();
  const command = { type: "extend_timeout", taskId: id, byMs, nowMs } as const;
  const events = await executeOrThrow(project.store, command);
  const timeoutMs = events.flatMap((event) =>
    event.type === "task_timeout_set" ? [event.timeoutMs] : [],
  )[0];
  cli.terminal.json({ id, title, timeoutMs });
  cli.terminal.say(`${id} may take ${inWords(timeoutMs ?? 0)} an attempt now: ${printable(title)}`);
}

/** Ends the agent at work as if its time were up; where no dispatcher runs, its processes here. */
export async function timeOutNow(cli: Cli, typedId: string): Promise<void> {
  await using project = await cli.openProject();
  const { id, title } = await findTask(project.store, typedId);
  const command = { type: "time_out_now", taskId: id, nowMs: cli.clock.nowMs() } as const;
  await executeOrThrow(project.store, command);
  if (!(await isDispatcherAlive(project.store))) {
    cli.terminal.note(`Stopping ${id} …`);
    const { stopAttempts } = await import("../../engine/stop-attempts.ts");
    const { nodeHere } = await import("../node-here.ts");
    const attempts = await project.store.attemptsOf(id);
    const live = attempts.filter(({ state }) => isLive(state));
    await stopAttempts(await nodeHere(project, cli.terminal), live);
    const left = (await project.store.attemptsOf(id)).some(({ state }) => isLive(state));
    if (left) {
      cli.terminal.note(
        `Its agent had ended by itself: the next \`orchestra run\` sees to what it did.`,
      );
    }
  }
  cli.terminal.json({ id, title });
  cli.terminal.say(`${id} is ended as timed out: ${printable(title)}`);
}
