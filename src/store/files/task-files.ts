import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Attempt } from "../../core/attempt.ts";
import type { RecordedEvent } from "../../core/events.ts";
import type { Interrupt } from "../../core/interrupt.ts";
import { attemptsAt, type State } from "../../core/state.ts";
import type { Task } from "../../core/task.ts";
import type { Blackboard } from "../memory/blackboard.ts";
import { keepNames, writeDurably } from "./durable-file.ts";
import { forgetShown, readShown, saveShown } from "./shown.ts";

/** A task for people: all that is known of it, in a file of its own. */
type TaskFile = Task & {
  readonly attempts: readonly Attempt[];
  readonly interrupts: readonly Interrupt[];
};

/** The files that people read. They follow the journal, and are never read back. */
export type TaskFiles = {
  /** Writes what the journal says of tasks since the last time, whoever wrote that. */
  readonly follow: (board: Blackboard) => void;
  /** Has all of them written again the next time. */
  readonly forget: () => void;
};

/** Files in `folder`/tasks; a file beside them tells how much of the journal they show. */
export function openTaskFiles(folder: string): TaskFiles {
  const tasks = join(folder, "tasks");
  mkdirSync(tasks, { recursive: true });
  return {
    follow: (board) => {
      const shown = readShown(folder);
      const changed = [...board.events].flatMap(([runId, log]) =>
        log.slice(log.findLastIndex((event) => event.seq <= (shown.get(runId) ?? 0)) + 1),
      );
      if (changed.length === 0) return;
      for (const id of taskIdsOf(changed)) show(join(tasks, `${id}.json`), board.state, id);
      keepNames(tasks);
      saveShown(folder, board);
    },
    forget: () => forgetShown(folder),
  };
}

function show(file: string, state: State, id: string): void {
  const known = allOf(state, id);
  if (known) writeDurably(file, `${JSON.stringify(known, null, 2)}\n`);
  else rmSync(file, { force: true });
}

function taskIdsOf(events: readonly RecordedEvent[]): ReadonlySet<string> {
  return new Set(
    events.flatMap((event) => {
      if (event.type === "tasks_archived") return event.taskIds;
      return "taskId" in event ? event.taskId : [];
    }),
  );
}

function allOf(state: State, id: string): TaskFile | undefined {
  const task = state.tasks.get(id);
  if (!task) return undefined;
  return {
    ...task,
    attempts: attemptsAt(state, id),
    interrupts: [...state.interrupts.values()].filter(({ taskId }) => taskId === id),
  };
}
