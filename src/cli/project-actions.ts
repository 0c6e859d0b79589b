import { stateOfHolder } from "../agents/process/holder.ts";
import { machineProcessTable } from "../agents/process/process-table.ts";
import type { Project } from "../app.ts";
import { agentSettings } from "../config/agent-settings.ts";
import type { TaskDefinition } from "../core/events.ts";
import { OrchestraError } from "../core/errors.ts";
import { mayTakeLease, type ProcessHolder } from "../core/lease.ts";
import { quoted } from "../core/names.ts";
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

/** Who works a task, and who goes on while that one has met its usage limit. */
type Workers = Pick<TaskDefinition, "agent" | "fallbackAgents">;

/** The agents that were named, as in `claude,codex`, or the default ones; refused when not configured. */
export function agentsNamed({ config }: Project, named: string | undefined): Workers {
  const { agent: standard, fallbackAgents: others } = config.defaults;
  const [agent = standard, ...fallbackAgents] = named?.split(",") ?? [standard, ...others];
  for (const name of [agent, ...fallbackAgents]) agentSettings(config, name);
  return fallbackAgents.length === 0 ? { agent } : { agent, fallbackAgents };
}

/** The branch a task is for: as named, as configured, or the one that is checked out. */
export async function targetBranch(project: Project, named: string | undefined): Promise<string> {
  const { repository, config, root } = project;
  const branch = named ?? config.merge.target ?? repository.currentBranch;
  if (branch === undefined) {
    throw new OrchestraError(
      "REPOSITORY_UNUSABLE",
      `${root} is on no branch (detached HEAD). Name the branch that the work is for: --target main`,
    );
  }
  // The one that is checked out has a commit, or there would be no project.
  if (branch === repository.currentBranch) return branch;
  const { isBranch } = await import("../workspace/refs.ts");
  if (await isBranch({ cwd: root }, branch)) return branch;
  throw new OrchestraError("INVALID_ARGUMENT", `There is no branch ${quoted(branch)}.`);
}

/** Tasks without an agent that are told by name. */
export const TOLD_MAX = 100;

/** Ready tasks that nobody here can work. */
export async function tasksWithoutAgent(project: Project): Promise<readonly Task[]> {
  const ready = await project.store.tasks({ states: ["ready"], limit: TOLD_MAX });
  return ready.filter((task) => !Object.hasOwn(project.config.agents, task.agent));
}
