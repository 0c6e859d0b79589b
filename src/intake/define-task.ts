import { agentSettings } from "../config/agent-settings.ts";
import { commandCheck } from "../config/command-check.ts";
import type { Config } from "../config/config.ts";
import type { TaskDefinition } from "../core/events.ts";
import { OrchestraError } from "../core/errors.ts";
import { idFrom, quoted, titleOf } from "../core/names.ts";
import type { RepositoryFacts } from "../workspace/inspect-repository.ts";
import type { TaskRequest } from "./task-request.ts";

/** What is longer belongs in a file of the repository. */
export const PROMPT_BYTES_MAX = 1024 * 1024;

/** Where a task is to be worked: what is not asked for is as it is there. */
export type TaskPlace = {
  readonly root: string;
  readonly repository: RepositoryFacts;
  readonly config: Config;
};

/** What will be on the blackboard; refused when nobody could work it: no prompt, no such agent or branch. */
export async function defineTask(place: TaskPlace, request: TaskRequest): Promise<TaskDefinition> {
  const { checks, defaults, merge } = place.config;
  refuseUnusable(request.prompt);
  return {
    id: request.id ?? newTaskId(),
    title: titleOf(request.title?.trim() || request.prompt),
    prompt: request.prompt,
    role: "coder",
    ...workersOf(place, request.agent),
    priority: request.priority ?? defaults.priority,
    dependsOn: request.dependsOn ?? [],
    acceptanceCriteria: request.acceptanceCriteria ?? [],
    checks: [...checks, ...(request.checks ?? []).map((run) => commandCheck({ run }))],
    limits: {
      timeoutMs: request.timeoutMs ?? defaults.timeoutMs,
      stallMs: defaults.stallMs,
      maxRetries: request.maxRetries ?? defaults.maxRetries,
    },
    targetBranch: await targetBranch(place, request.targetBranch),
    merges: request.merges !== false && merge.enabled,
  };
}

/** Refuses a prompt that no agent could be given. */
export function refuseUnusable(prompt: string): void {
  const isTooLong = Buffer.byteLength(prompt) > PROMPT_BYTES_MAX;
  if (prompt.trim() === "") throw misuse("A task needs a prompt: say what is to be done.");
  if (prompt.includes("\0")) throw misuse("The prompt holds a NUL character; take it out.");
  if (isTooLong) throw promptTooLong();
}

/** For who has read too much of it already. */
export function promptTooLong(): OrchestraError {
  return misuse(
    `The prompt is longer than ${PROMPT_BYTES_MAX / 1024} KiB; put what is long in a file of the repository and name it.`,
  );
}

function misuse(message: string): OrchestraError {
  return new OrchestraError("INVALID_ARGUMENT", message);
}

/** A fresh task id; one that is taken by the rarest chance is refused when the task is added. */
export function newTaskId(): string {
  return idFrom(() => Math.random());
}

/** Who works a task, and who goes on while that one has met its usage limit. */
type Workers = Pick<TaskDefinition, "agent" | "fallbackAgents">;

/** The agents that were named, as in `claude,codex`, or the default ones; refused when not configured. */
function workersOf({ config }: TaskPlace, named: TaskRequest["agent"]): Workers {
  const { agent: standard, fallbackAgents: others } = config.defaults;
  const names = typeof named === "string" ? named.split(",") : named;
  const [agent = standard, ...fallbackAgents] = names ?? [standard, ...others];
  for (const name of [agent, ...fallbackAgents]) agentSettings(config, name);
  return fallbackAgents.length === 0 ? { agent } : { agent, fallbackAgents };
}

/** The branch a task is for: as named, as configured, or the one that is checked out. */
async function targetBranch(place: TaskPlace, named: string | undefined): Promise<string> {
  const { repository, config, root } = place;
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
  if (named !== undefined) throw misuse(`There is no branch ${quoted(branch)}.`);
  throw new OrchestraError(
    "INVALID_CONFIG",
    `There is no branch ${quoted(branch)}, which merge.target in orchestra.yaml names. Make it, or name another.`,
  );
}
