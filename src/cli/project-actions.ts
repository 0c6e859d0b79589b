import type { Project } from "../app.ts";
import type { Task } from "../core/task.ts";
import { isDispatcherAlive } from "../engine/living-dispatcher.ts";
import { taskPages } from "./report/all-tasks.ts";
import type { Terminal } from "./terminal.ts";

/** The next step, for who has just queued something that nobody works. */
export async function sayHowToWork(project: Project, terminal: Terminal): Promise<void> {
  if (terminal.isJson || (await isDispatcherAlive(project.store))) return;
  terminal.say(terminal.style("dim", "Work the queue with: orchestra run"));
}

/** Tasks of a kind that are told by name. */
const TOLD_MAX = 100;

/** Some tasks of a kind, and how many there are. */
type Counted = { readonly count: number; readonly told: readonly Task[] };

/** Ready tasks that are not worked: nobody here can, or a person keeps them from it. */
export async function leftReady({ store, config }: Project): Promise<{
  readonly strangers: Counted;
  readonly paused: Counted;
}> {
  const strangers = { count: 0, told: [] as Task[] };
  const paused = { count: 0, told: [] as Task[] };
  for await (const page of taskPages(store)) {
    for (const task of page.filter(({ state }) => state === "ready")) {
      const isKnown = Object.hasOwn(config.agents, task.agent);
      if (isKnown && task.pausedAtMs === undefined) continue;
      const kind = isKnown ? paused : strangers;
      kind.count += 1;
      if (kind.count <= TOLD_MAX) kind.told.push(task);
    }
  }
  return { strangers, paused };
}
