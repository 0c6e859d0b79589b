import type { LaunchRequest } from "../../agents/adapter.ts";
import type { Attempt } from "../../core/attempt.ts";
import type { Command } from "../../core/commands.ts";
import type { RecordedEvent } from "../../core/events.ts";
import { evolveAttempt } from "../../core/evolve-attempt.ts";
import { policyOf } from "../../core/failure.ts";
import { composePrompt, composeResumePrompt } from "../../core/prompt.ts";
import type { Task } from "../../core/task.ts";
import { executeOrThrow } from "../../store/execute.ts";
import { idsOf, type Agent, type NodeDeps } from "./deps.ts";
import { environmentOf, workspacePathOf, workspaceRequest } from "./workspace-of.ts";

/**
 * Brings an attempt to life, from wherever a crash left it: workspace, session id and process, each
 * on record before the next. Returns the attempt as it then is.
 */
export async function launchAttempt(
  deps: NodeDeps,
  task: Task,
  attempt: Attempt,
  signal: AbortSignal,
): Promise<Attempt> {
  const agent = await deps.agent(attempt.agent);
  const earlier = (await deps.store.attemptsOf(task.id)).filter(
    (other) => other.number < attempt.number,
  );
  const prepared =
    attempt.state === "queued"
      ? await prepare(deps, task, attempt, { agent, earlier }, signal)
      : attempt;
  if (prepared.state === "running") return prepared;

  const folder = deps.folders.path(attempt.id);
  if ((await deps.processes.inspect(folder)).kind === "not_started") {
    signal.throwIfAborted();
    await start(deps, task, prepared, { agent, earlier });
  }
  const state = await deps.processes.inspect(folder);
  const pid = state.kind === "running" ? state.pid : 0;
  const command: Command = { type: "start_attempt", ...idsOf(deps, attempt), pid };
  return after(prepared, await executeOrThrow(deps.store, command));
}

type Context = { readonly agent: Agent; readonly earlier: readonly Attempt[] };

async function prepare(
  deps: NodeDeps,
  task: Task,
  attempt: Attempt,
  { agent, earlier }: Context,
  signal: AbortSignal,
): Promise<Attempt> {
  const request = workspaceRequest(task, attempt, earlier);
  const workspace = await deps.workspaces.prepare(request, signal);
  const resumed = resumableSession(agent, attempt, earlier);
  const { presetSessionId } = agent.adapter.capabilities;
  const events = await executeOrThrow(deps.store, {
    type: "prepare_attempt",
    ...idsOf(deps, attempt),
    workspacePath: workspace.path,
    baseCommit: workspace.baseCommit,
    sessionId: resumed ?? (presetSessionId ? deps.newSessionId() : undefined),
    resumesSession: resumed !== undefined,
  });
  return after(attempt, events);
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

async function start(
  deps: NodeDeps,
  task: Task,
  attempt: Attempt,
  { agent, earlier }: Context,
): Promise<void> {
  const last = earlier.at(-1);
  const prompt =
    attempt.resumesSession && last
      ? composeResumePrompt(task, last)
      : composePrompt(task, attempt, earlier);
  const promptFile = await deps.folders.keepPrompt(attempt.id, prompt);
  const launch = agent.adapter.launch(launchRequest(attempt, prompt, promptFile));
  const env = {
    ...deps.env,
    ...environmentOf(deps, task, attempt),
    ...launch.env,
    ...agent.config.env,
  };
  await deps.processes.start({
    folder: deps.folders.path(attempt.id),
    command: launch.command,
    cwd: workspacePathOf(attempt),
    env: Object.fromEntries(
      Object.entries(env).filter(([name]) => !launch.unsetEnv.includes(name)),
    ),
    stdin: launch.stdin,
  });
}

function launchRequest(attempt: Attempt, prompt: string, promptFile: string): LaunchRequest {
  return {
    prompt,
    promptFile,
    taskId: attempt.taskId,
    attemptId: attempt.id,
    workspacePath: workspacePathOf(attempt),
    sessionId: attempt.resumesSession ? undefined : attempt.sessionId,
    resumeSessionId: attempt.resumesSession ? attempt.sessionId : undefined,
  };
}

/** The attempt as its own events have left it: asking for it again would cost as much as the step. */
function after(attempt: Attempt, events: readonly RecordedEvent[]): Attempt {
  return events.reduce(
    (before, event) =>
      "attemptId" in event && event.attemptId === attempt.id
        ? (evolveAttempt(before, event) ?? before)
        : before,
    attempt,
  );
}
