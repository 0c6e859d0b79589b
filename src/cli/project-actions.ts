import { stateOfHolder } from "../agents/process/holder.ts";
import { machineProcessTable } from "../agents/process/process-table.ts";
import type { Project } from "../app.ts";
import { mayTakeLease, type ProcessHolder } from "../core/lease.ts";
import type { Task } from "../core/task.ts";
import type { Store } from "../store/store.ts";
import type { Terminal } from "./terminal.ts";

/** Whether a living process works this project's queue. */
export async function isDispatcherAlive({ store }: Project): Promise<boolean> {
  return (await livingDispatcher(store)) !== undefined;
}

/** Who works the queue; on another host, who has not let the lease run out. */
export async function livingDispatcher(
  store: Pick<Store, "dispatcherLease" | "nowMs">,
): Promise<ProcessHolder | undefined> {
  const lease = await store.dispatcherLease();
  if (!lease) return undefined;
  const holder = stateOfHolder(machineProcessTable(), lease.holder);
  return mayTakeLease(lease, await store.nowMs(), holder) ? undefined : lease.holder;
}

/** The next step, for who has just queued something that nobody works. */
export async function sayHowToWork(project: Project, terminal: Terminal): Promise<void> {
  if (terminal.isJson || (await isDispatcherAlive(project))) return;
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
