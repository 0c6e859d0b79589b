import type { Project } from "../app.ts";
import type { Task } from "../core/task.ts";
import { isDispatcherAlive } from "../engine/living-dispatcher.ts";
import type { Terminal } from "./terminal.ts";

/** The next step, for who has just queued something that nobody works. */
export async function sayHowToWork(project: Project, terminal: Terminal): Promise<void> {
  if (terminal.isJson || (await isDispatcherAlive(project.store))) return;
  terminal.say(terminal.style("dim", "Work the queue with: orchestra run"));
}

/** Tasks without an agent that are told by name. */
export const TOLD_MAX = 100;

/** Ready tasks that nobody here can work. */
export async function tasksWithoutAgent(project: Project): Promise<readonly Task[]> {
  const ready = await project.store.tasks({ states: ["ready"], limit: TOLD_MAX });
  return ready.filter((task) => !Object.hasOwn(project.config.agents, task.agent));
}

/** Ready tasks that a person keeps from being worked. */
export async function pausedTasks({ store, config }: Project): Promise<readonly Task[]> {
  const ready = await store.tasks({ states: ["ready"], limit: TOLD_MAX });
  return ready.filter(
    ({ agent, pausedAtMs }) => pausedAtMs !== undefined && Object.hasOwn(config.agents, agent),
  );
}
