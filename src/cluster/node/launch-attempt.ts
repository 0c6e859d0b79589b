import { join } from "node:path";
import type { LaunchRequest } from "../../agents/adapter.ts";
import { fillTemplate } from "../../agents/prompt-template.ts";
import { ATTEMPT_FILES } from "../../agents/processes.ts";
import { startOf, type Attempt } from "../../core/attempt.ts";
import type { Command } from "../../core/commands.ts";
import { policyOf } from "../../core/failure.ts";
import { composePrompt, composeResumePrompt, messagesInPrompt } from "../../core/prompt.ts";
import type { Task } from "../../core/task.ts";
import { idsOf, type Agent, type NodeDeps } from "./deps.ts";
import { inputOf } from "./inbox.ts";
import { launchEnvironment } from "./launch-environment.ts";
import {
  noteOfPreparation,
  placeOf,
  preparationOf,
  readPreparation,
  type Preparation,
} from "./preparation.ts";
import { environmentOf, workspaceRequest } from "./workspace-of.ts";

/** An attempt whose agent was started, and the commands that put that on record. */
export type Launched = {
  readonly attempt: Attempt;
  readonly starting: readonly Command[];
  /** The messages that it was started with. */
  readonly messageIds: readonly string[];
};

/**
 * Brings an attempt to life, from wherever a crash left it: workspace, session id and process. What
 * was prepared is noted with the process, so that all of it can go on record at once, while the agent
 * works already.
 */
export async function launchAttempt(
  deps: NodeDeps,
  task: Task,
  given: Attempt,
  signal: AbortSignal,
): Promise<Launched> {
  if (given.state === "running") return { attempt: given, starting: [], messageIds: [] };
  const agent = await deps.agent(given.agent);
  const earlier = await attemptsBefore(deps, given);
  const context = { agent, earlier };
  const attempt = { ...given, startFrom: startOf(given, earlier) };
  const folder = deps.folders.path(attempt.id);

  const isStarted = (await deps.processes.inspect(folder)).kind !== "not_started";
  const before = isStarted ? await preparationOf(deps, attempt) : undefined;
  let preparation = before ?? (await prepare(deps, task, attempt, context, signal));
  if (!isStarted) {
    signal.throwIfAborted();
    preparation = await start(deps, task, { ...attempt, ...preparation }, context);
  }
  const state = await deps.processes.inspect(folder);
  const pid = state.kind === "running" ? state.pid : undefined;
  const ids = idsOf(deps, attempt);
  const prepared = { type: "prepare_attempt", ...ids, ...preparation } as const;
  return {
    attempt: { ...attempt, ...placeOf(preparation) },
    messageIds: preparation.messageIds,
    // From a folder that was closed meanwhile nothing has started, and no session has begun.
    starting:
      state.kind === "not_started"
        ? [prepared]
        : [prepared, { type: "start_attempt", ...ids, pid }],
  };
}

async function attemptsBefore(deps: NodeDeps, attempt: Attempt): Promise<readonly Attempt[]> {
  if (attempt.number === 1) return [];
  const all = await deps.store.attemptsOf(attempt.taskId);
  return all.filter((other) => other.number < attempt.number);
}

type Context = { readonly agent: Agent; readonly earlier: readonly Attempt[] };

async function prepare(
  deps: NodeDeps,
  task: Task,
  attempt: Attempt,
  { agent, earlier }: Context,
  signal: AbortSignal,
): Promise<Preparation> {
  const request = workspaceRequest(task, attempt, earlier);
  const workspace = await deps.workspaces.prepare(request, signal);
  const resumed = resumableSession(agent, attempt, earlier);
  const { presetSessionId } = agent.adapter.capabilities;
  return {
    workspacePath: workspace.path,
    baseCommit: workspace.baseCommit,
    sessionId: resumed ?? (presetSessionId ? deps.newSessionId() : undefined),
    resumesSession: resumed !== undefined,
    messageIds: messagesInPrompt(task, resumed !== undefined).map(({ id }) => id),
  };
}

/** The session to go on with, where the last failure allows it and the same agent works again. */
function resumableSession(
  agent: Agent,
  attempt: Attempt,
  earlier: readonly Attempt[],
): string | undefined {
  const last = earlier.at(-1);
  if (!last?.failure || !agent.adapter.capabilities.resume || last.agent !== attempt.agent) {
    return undefined;
  }
  const { resumable } = policyOf(last.failure.class);
  return resumable && last.startedAtMs !== undefined ? last.sessionId : undefined;
}

/** What the attempt was started with, by this order or by an earlier one that came about late. */
async function start(
  deps: NodeDeps,
  task: Task,
  attempt: Attempt & Preparation,
  { agent, earlier }: Context,
): Promise<Preparation> {
  const { workspacePath, baseCommit, sessionId, resumesSession } = attempt;
  const last = earlier.at(-1);
  const prompt =
    resumesSession && last
      ? composeResumePrompt(task, last)
      : templated(agent, attempt, composePrompt(task, attempt, earlier));
  const folder = deps.folders.path(attempt.id);
  const { file: promptFile, isNew } = await deps.folders.keepPrompt(attempt.id, prompt);
  const usageFile = join(folder, ATTEMPT_FILES.usage);
  await deps.folders.makeSentinelFolder(workspacePath, task.id);
  const launch = agent.adapter.launch(launchRequest(attempt, { prompt, promptFile, usageFile }));
  const told = { attemptId: attempt.id, prompt };
  const { isOwn, ...input } = await inputOf(deps.folders, { adapter: agent.adapter, launch }, told);
  // What an earlier order to start has kept may lack some of them: better said twice than never.
  const messageIds = isNew && isOwn ? attempt.messageIds : [];
  const preparation = { workspacePath, baseCommit, sessionId, resumesSession, messageIds };
  const surroundings = { ...deps.env, ...environmentOf(deps, task, attempt) };
  await deps.processes.start({
    folder,
    command: launch.command,
    cwd: workspacePath,
    env: launchEnvironment(surroundings, launch, agent.config),
    ...input,
    note: noteOfPreparation(preparation),
  });
  const note = await deps.processes.noteOf(folder);
  // Without a note nothing has started, because the folder was closed, and nobody has read the prompt.
  return note === undefined ? { ...preparation, messageIds: [] } : readPreparation(note);
}

/** With the words of the agent's template around it; an agent whose session goes on knows them. */
function templated(
  { config, promptTemplate }: Agent,
  { id: attemptId, taskId, workspacePath }: Preparation & Attempt,
  prompt: string,
): string {
  if (promptTemplate === undefined) return prompt;
  const values = { agent: config.name, prompt, taskId, attemptId, workspacePath };
  return fillTemplate(promptTemplate, values);
}

function launchRequest(
  { id, taskId, workspacePath, sessionId, resumesSession }: Attempt & Preparation,
  files: Pick<LaunchRequest, "prompt" | "promptFile" | "usageFile">,
): LaunchRequest {
  return {
    ...files,
    taskId,
    attemptId: id,
    workspacePath,
    sessionId: resumesSession ? undefined : sessionId,
    resumeSessionId: resumesSession ? sessionId : undefined,
  };
}
