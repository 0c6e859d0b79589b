import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { adapterFor } from "../../agents/adapters.ts";
import type { Interactive } from "../../agents/adapter.ts";
import { loadConfig } from "../../config/load-config.ts";
import { isLive, type Attempt } from "../../core/attempt.ts";
import { OrchestraError } from "../../core/errors.ts";
import { hasEnded, type Task } from "../../core/task.ts";
import { findWorktree } from "../../workspace/git-folders.ts";
import type { Worktree } from "../../workspace/place.ts";
import { giveSeat, leaveSeat, takeSeat } from "../../workspace/seat.ts";
import type { Cli } from "../cli.ts";
import { EXIT } from "../exit-codes.ts";
import { findAttempt } from "../find-attempt.ts";
import type { Reader } from "../open-reader.ts";
import { afterAttach } from "../report/after-attach.ts";
import { shellWord } from "../shell-word.ts";

type Options = { readonly print?: boolean };

type Seat = {
  readonly attempt: Attempt;
  readonly worktree: Worktree;
  readonly interactive: Interactive;
};

/**
 * Opens the session of a task's agent at this terminal, where the agent left it. While the agent is
 * at work there is nothing to open, but what it says is shown.
 */
export async function attach(cli: Cli, id: string, options: Options): Promise<void> {
  const { seat, live } = await lookFor(cli, id);
  if (live && options.print) throw atWork(live);
  if (live) {
    cli.terminal.note(
      `${live.agent} is at work; this shows what it says. Ctrl-C leaves it at that.`,
    );
    const { logs } = await import("./logs.ts");
    return logs(cli, id, { follow: true });
  }
  if (!seat) return;
  const { command } = seat.interactive;
  if (options.print || cli.terminal.isJson) {
    const { path: workspacePath } = seat.worktree;
    cli.terminal.json({ command, workspacePath });
    const words = command.map(shellWord).join(" ");
    return cli.terminal.say(`cd ${shellWord(workspacePath)} && ${words}`);
  }
  await claimAndOpen(cli, id, seat);
  await sayWhatNow(cli, seat);
}

async function lookFor(
  cli: Cli,
  id: string,
): Promise<{ readonly seat?: Seat; readonly live?: Attempt }> {
  await using reader = await cli.openReader();
  if (!reader) throw new OrchestraError("TASK_NOT_FOUND", "There are no tasks here yet.");
  const attempt = await findAttempt(reader, id, undefined);
  if (isLive(attempt.state)) return { live: attempt };
  await refuseUnlessAtRest(reader, attempt);
  return { seat: await seatOf(reader, attempt) };
}

function atWork({ taskId, agent }: Attempt): OrchestraError {
  const message = `${agent} is at work on ${taskId}, and a session cannot be opened twice. Watch it: orchestra logs ${taskId} -f`;
  return new OrchestraError("ILLEGAL_TRANSITION", message);
}

/** One that goes on by itself would have its next attempt in the same session. */
async function refuseUnlessAtRest(reader: Reader, { taskId }: Attempt): Promise<void> {
  const task = await reader.task(taskId);
  if (!task || isAtRest(task)) return;
  throw new OrchestraError("ILLEGAL_TRANSITION", `Task ${taskId} ${whyNotOpened(task)}`);
}

/** Nothing becomes of it without a person; what an agent has done is proven and merged for all that. */
function isAtRest({ state, pausedAtMs }: Task): boolean {
  if (hasEnded(state) || state === "waiting_human") return true;
  return pausedAtMs !== undefined && state !== "awaiting_qa";
}

function whyNotOpened({ id, state }: Task): string {
  return state === "awaiting_qa"
    ? `is being checked and merged, and cannot be opened meanwhile. Wait for that: orchestra wait ${id}`
    : `is ${state}, and goes on by itself: only one that has ended, waits for you or is paused can be opened. Pause it first: orchestra pause ${id}`;
}

async function seatOf({ root }: Reader, attempt: Attempt): Promise<Seat> {
  const { agent, taskId, sessionId, workspacePath } = attempt;
  const settings = (await loadConfig(root)).agents[agent];
  if (!settings) {
    throw new OrchestraError("UNKNOWN_AGENT", `The agent ${agent} is no longer configured.`);
  }
  const { openSession } = await adapterFor(settings, root);
  if (!openSession || sessionId === undefined) {
    const why = openSession ? "told of no session" : "has no sessions that could be opened";
    const message = `${agent} ${why}. See what it said: orchestra logs ${taskId}`;
    throw new OrchestraError("INVALID_ARGUMENT", message);
  }
  const worktree = await worktreeAt(root, workspacePath);
  if (!worktree) {
    const message = `The worktree of ${taskId} has been removed since it ended. See what it did: orchestra diff ${taskId}`;
    throw new OrchestraError("INVALID_ARGUMENT", message);
  }
  return { attempt, worktree, interactive: openSession(sessionId) };
}

async function worktreeAt(root: string, path: string | undefined): Promise<Worktree | undefined> {
  if (path === undefined || !existsSync(path)) return undefined;
  return findWorktree({ repositoryRoot: root }, path);
}

/** Claimed first, and looked at again then: whoever began an attempt before that is on record by now. */
async function claimAndOpen(cli: Cli, id: string, seat: Seat): Promise<void> {
  const { worktree, attempt } = seat;
  await takeSeat({ worktree, taskId: attempt.taskId });
  try {
    const { live } = await lookFor(cli, id);
    if (live) throw atWork(live);
    await open(cli, seat);
  } finally {
    await leaveSeat(worktree);
  }
}

async function open(cli: Cli, { worktree, interactive }: Seat): Promise<void> {
  const [executable = "", ...args] = interactive.command;
  const env: Record<string, string> = { ...cli.environment.variables, ...interactive.env };
  for (const name of interactive.unsetEnv) delete env[name];
  // Ctrl-C is for the agent's own program, which has the terminal now.
  cli.onCtrlC();
  const child = spawn(executable, args, { cwd: worktree.path, env, stdio: "inherit" });
  const given = child.pid === undefined ? undefined : giveSeat(worktree, child.pid);
  // Where that cannot be noted, the seat stays that of this process.
  const [ended] = await Promise.allSettled([once(child, "exit"), given]);
  if (ended.status === "rejected") {
    const message = `Could not start ${executable}. \`orchestra agents list\` says what is wrong with it.`;
    throw new OrchestraError("AGENT_UNUSABLE", message, { cause: ended.reason });
  }
  if (child.exitCode !== 0) cli.exitCode.value = EXIT.workFailed;
}

/** Others may have changed the task, and removed its worktree, since it was opened. */
async function sayWhatNow(cli: Cli, { attempt, worktree }: Seat): Promise<void> {
  await using reader = await cli.openReader();
  const task = await reader?.task(attempt.taskId);
  if (!task) return;
  const { path: workspacePath } = worktree;
  cli.terminal.note(afterAttach(task, { workspacePath, isThere: existsSync(workspacePath) }));
}
