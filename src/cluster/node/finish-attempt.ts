import { join } from "node:path";
import type { AgentOutcome } from "../../agents/adapter.ts";
import { ATTEMPT_FILES } from "../../agents/processes.ts";
import type { Attempt, AttemptEnd, AttemptSummary } from "../../core/attempt.ts";
import type { Command } from "../../core/commands.ts";
import { MORE_TO_SAY } from "../../core/decide-attempt.ts";
import type { CheckEvidence } from "../../core/evidence.ts";
import type { Failure, FailureClass } from "../../core/failure.ts";
import type { Sentinel } from "../../core/sentinel.ts";
import type { CheckSpec, Task } from "../../core/task.ts";
import { execute, executeInOrder } from "../../store/execute.ts";
import type { Committed } from "../../store/store.ts";
import type { BuiltinFacts } from "../../verify/check-runner.ts";
import type { CollectedWork, Workspace } from "../../workspace/workspace.ts";
import { collectWork } from "./collect-work.ts";
import { endProcesses, idsOf, NEVER, TERMINATION_GRACE_MS, type NodeDeps } from "./deps.ts";
import { earlierUse } from "./earlier-use.ts";
import { verdictOf } from "./sentinel-verdict.ts";
import { tellHold } from "./tell-hold.ts";
import { withUsageFile } from "./usage-file.ts";
import { INTERRUPTED, spendingOf, type Ended, type Life } from "./watch-attempt.ts";
import { workspaceOf } from "./workspace-of.ts";

/** A life that came to its end. */
export type Over = Exclude<Life, { kind: "left" }>;
/** A life with an end of its own, and what its agent said about that. */
type Said = Extract<Over, { kind: "ended" | "signalled" | "vanished" }> & {
  readonly sentinel: Sentinel | undefined;
};
type Subject = {
  readonly deps: NodeDeps;
  readonly task: Task;
  readonly attempt: Attempt;
  readonly workspace: Workspace;
};

/**
 * Ends an attempt whose agent is not to go on: no process of it is left alive, its work is kept,
 * and what became of it is proven and on record. `false` where it is not, because `signal` broke off
 * the checks, or the attempt was taken from its task meanwhile.
 */
export async function finishAttempt(
  deps: NodeDeps,
  task: Task,
  attempt: Attempt,
  seen: Over,
  signal: AbortSignal,
): Promise<boolean> {
  const graceMs = seen.kind === "ended" || seen.kind === "vanished" ? 0 : TERMINATION_GRACE_MS;
  await endProcesses(deps, attempt, graceMs);

  // Not before: a CLI that is asked to end may take the time to say what it used.
  const report = await withUsageFile(deps.folders, {
    attemptId: attempt.id,
    adapter: seen.agent.adapter,
    report: seen.report,
    earlier: async () => earlierUse(deps.store, attempt),
  });
  const life = { ...seen, report };
  const workspace = workspaceOf(deps, task, attempt);
  const subject = { deps, task, attempt, workspace };
  const sentinel = deps.folders.sentinel(workspace.path, task.id) ?? saidBefore(seen);
  // Who is to be stopped is, whoever leaves.
  const collected = await collectWork(deps, subject, seen.kind === "stopped" ? NEVER : signal);
  if (collected.kind === "uncollectable") return uncollected(subject, life, collected.message);
  const { work } = collected;
  const summary = { diffStat: work.diffStat, lastMessages: life.report.lastMessages };
  switch (life.kind) {
    case "ended":
    case "signalled":
      return finishEnded(subject, { ...life, sentinel }, { work, summary }, signal);
    case "limited":
      return failed(subject, life, { work, summary }, life.end, life.failure);
    case "stopped":
      return failed(subject, life, { work, summary }, "cancelled", {
        class: "cancelled",
        message: "It was stopped.",
      });
    case "vanished":
      if (sentinel) return finishEnded(subject, { ...life, sentinel }, { work, summary }, signal);
      return failed(subject, life, { work, summary }, "lost", {
        class: "node_lost",
        message: "Its processes were gone, and nobody saw how they ended.",
      });
    case "halted":
      return goOn(subject, life, life.reason);
  }
}

/** Who takes it back when it is asked to end was ended for it all the same. */
function saidBefore(seen: Over): Sentinel | undefined {
  return seen.kind === "signalled" ? seen.said : undefined;
}

type Outcome = { readonly work: CollectedWork; readonly summary: AttemptSummary };

/** It stays where it is: whoever has the workspace next must keep it first. */
async function uncollected(subject: Subject, life: Over, message: string): Promise<boolean> {
  return failed(subject, life, {}, "failed", { class: "unknown", message });
}

async function finishEnded(
  subject: Subject,
  life: Said,
  outcome: Outcome,
  signal: AbortSignal,
): Promise<boolean> {
  const verdict = await verdictOn(subject, life);
  if (verdict.kind === "failed") {
    // It stopped there because it was asked to, and nobody wants its task to end with that.
    const isBrokenOff = verdict.failure.class === "cancelled" && life.isInterrupted;
    if (isBrokenOff) return goOn(subject, life, INTERRUPTED);
    if (outcome.work.storageTrouble !== undefined) return starved(subject, life, outcome);
    return failed(subject, life, outcome, verdict.end, verdict.failure);
  }
  if (life.unheard.length > 0) return goOn(subject, life, MORE_TO_SAY);
  return prove(subject, life, outcome, signal);
}

/** What the agent said of its end; of one that said nothing, what its adapter makes of it. */
async function verdictOn({ deps, attempt }: Subject, life: Said): Promise<AgentOutcome> {
  const { agent, report, sentinel } = life;
  if (sentinel) return verdictOf(sentinel, report);
  const stderrTail = await deps.folders.stderrTail(attempt.id);
  const { exitCode, signal } = exitOf(life);
  return agent.adapter.classifyEnd({ exitCode, signal, stderrTail }, report);
}

function exitOf(life: Said): Pick<Ended, "exitCode" | "signal"> {
  return life.kind === "ended" ? life : { exitCode: undefined, signal: undefined };
}

/**
 * Runs the checks on what the agent left: the built-in ones first, which cost nothing. Checks that
 * were broken off prove nothing; the next start runs them again.
 */
async function prove(
  subject: Subject,
  life: Said,
  outcome: Outcome,
  signal: AbortSignal,
): Promise<boolean> {
  const { deps, task, attempt } = subject;
  const builtins = task.checks.filter((check) => check.kind === "builtin");
  const commands = task.checks.filter((check) => check.kind === "command");
  const saidDone = life.sentinel?.kind === "done";
  const facts = { exitCode: exitOf(life).exitCode, saidDone, ...outcome.work };

  const first = await run(subject, builtins, facts, signal);
  if (signal.aborted) return false;
  if (first.some((evidence) => !evidence.passed)) {
    if (outcome.work.storageTrouble !== undefined) return starved(subject, life, outcome);
    return rejected(subject, life, outcome, first);
  }
  const finishing: Command = {
    type: "finish_attempt",
    ...idsOf(deps, attempt),
    commit: outcome.work.commit,
    summary: outcome.summary,
    spending: spendingOf(life.report, life.agent),
    heard: life.report.heard,
  };
  if (commands.length === 0) return accept(subject, first, finishing);

  const { kind } = await execute(deps.store, finishing);
  // Who ended it meanwhile has left the workspace to the next attempt.
  if (kind === "refused") return false;
  const second = await run(subject, commands, facts, signal);
  if (signal.aborted) return false;
  const evidence = [...first, ...second];
  if (second.some((one) => !one.passed)) return rejected(subject, life, outcome, evidence);
  return accept(subject, evidence);
}

/** Nothing more is to be proven; what else is to be on record first goes in the same transaction. */
async function accept(
  { deps, attempt }: Subject,
  evidence: readonly CheckEvidence[],
  ...before: readonly Command[]
): Promise<boolean> {
  const accepting: Command = { type: "accept_attempt", ...idsOf(deps, attempt), evidence };
  const writing = executeInOrder(deps.store, [...before, accepting]);
  return ending(deps, attempt, undefined, writing);
}

/** Hints that a slot becomes free while that is put on record; whether it was. */
async function ending(
  { bus }: NodeDeps,
  { agent }: Attempt,
  failureClass: FailureClass | undefined,
  writing: Promise<Committed>,
): Promise<boolean> {
  bus.publish({ kind: "ending", agent, failureClass });
  return (await writing).kind === "committed";
}

async function run(
  { deps, attempt, workspace }: Subject,
  checks: readonly CheckSpec[],
  facts: CollectedWork & BuiltinFacts,
  signal: AbortSignal,
): Promise<readonly CheckEvidence[]> {
  if (checks.length === 0) return [];
  return deps.checks.run(
    {
      checks,
      cwd: workspace.path,
      commit: facts.commit,
      env: { ...deps.env, ...workspace.env },
      outputFolder: join(deps.folders.path(attempt.id), ATTEMPT_FILES.checks),
      facts,
    },
    signal,
  );
}

async function rejected(
  subject: Subject,
  life: Over,
  outcome: Outcome,
  evidence: readonly CheckEvidence[],
): Promise<boolean> {
  const failing = evidence.find((one) => !one.passed);
  const isEmpty = failing?.check === "has_changes";
  const failure: Failure = {
    class: isEmpty ? "empty_output" : "check_failed",
    message: isEmpty
      ? "It ended without a commit and without a change."
      : `The check ${failing?.check ?? ""} failed.`,
  };
  return failed(subject, life, outcome, "failed", failure, evidence);
}

async function failed(
  { deps, attempt }: Subject,
  life: Over,
  { work, summary }: Partial<Outcome>,
  end: AttemptEnd,
  failure: Failure,
  evidence: readonly CheckEvidence[] = [],
): Promise<boolean> {
  tellHold(deps, attempt, failure, { hasRun: true });
  const command: Command = {
    type: "end_attempt",
    ...idsOf(deps, attempt),
    end,
    failure,
    evidence,
    commit: work?.commit,
    summary,
    spending: spendingOf(life.report, life.agent),
    heard: life.report.heard,
    jitter: deps.random(),
  };
  return ending(deps, attempt, failure.class, execute(deps.store, command));
}

/** On a full disk nobody could have done better, so it costs the task nothing. */
async function starved(subject: Subject, life: Over, { work }: Outcome): Promise<boolean> {
  const reason = `Its agent could not write: ${work.storageTrouble}`;
  return giveBack(subject, life, { reason, jitter: subject.deps.random() });
}

/** A person wants it otherwise: the next attempt takes the session up where it can be. */
async function goOn(subject: Subject, life: Over, reason: string): Promise<boolean> {
  return giveBack(subject, life, { reason, jitter: 0, byHuman: true });
}

/** An attempt that is given back keeps its work, and costs no retry. */
async function giveBack(
  { deps, attempt }: Subject,
  life: Over,
  why: { readonly reason: string; readonly jitter: number; readonly byHuman?: boolean },
): Promise<boolean> {
  const ids = idsOf(deps, attempt);
  const spending = spendingOf(life.report, life.agent);
  const { kind } = await executeInOrder(deps.store, [
    { type: "report_attempt", ...ids, spending, heard: life.report.heard },
    { type: "return_attempt", ...ids, ...why },
  ]);
  return kind === "committed";
}
