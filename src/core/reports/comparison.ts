import { isLive, type Attempt, type AttemptState } from "../attempt.ts";
import type { Failure } from "../failure.ts";
import type { Usage } from "../usage.ts";
import { toldUsage } from "./told-usage.ts";

/** How much a commit changes. */
export type DiffStat = {
  readonly files: number;
  readonly insertions: number;
  readonly deletions: number;
};

/** An attempt as it stands beside others. */
export type Compared = {
  readonly taskId: string;
  readonly title: string;
  readonly attempt: number;
  readonly agent: string;
  readonly state: AttemptState;
  readonly failure: Failure | undefined;
  readonly checks: readonly ComparedCheck[];
  /** `undefined` when there is no commit, or git has it no longer. */
  readonly changes: DiffStat | undefined;
  /** `undefined` when the agent has not told; not the same as none. */
  readonly usage: Usage | undefined;
  readonly costUsd: number | undefined;
  /** Whether the cost was reckoned from the tokens. */
  readonly costIsEstimated?: boolean | undefined;
  /** Until now for one that is at work; `undefined` for one that has not begun. */
  readonly durationMs: number | undefined;
  readonly branch: string;
  readonly commit: string | undefined;
};

export type ComparedCheck = {
  readonly name: string;
  readonly passed: boolean;
  readonly durationMs: number;
};

export function comparedAttempt(
  attempt: Attempt,
  title: string,
  { changes, nowMs }: { readonly changes: DiffStat | undefined; readonly nowMs: number },
): Compared {
  const { startedAtMs, endedAtMs, evidence } = attempt;
  const endMs = endedAtMs ?? (isLive(attempt.state) ? nowMs : undefined);
  const hasTimes = startedAtMs !== undefined && endMs !== undefined;
  return {
    taskId: attempt.taskId,
    title,
    attempt: attempt.number,
    agent: attempt.agent,
    state: attempt.state,
    failure: attempt.failure,
    checks: evidence.map(({ check, passed, durationMs }) => ({ name: check, passed, durationMs })),
    changes,
    usage: toldUsage(attempt.usage),
    costUsd: attempt.costUsd,
    ...(attempt.costIsEstimated ? { costIsEstimated: true } : {}),
    durationMs: hasTimes ? Math.max(0, endMs - startedAtMs) : undefined,
    branch: attempt.branch,
    commit: attempt.commit,
  };
}

/** What `git diff --shortstat` prints; nothing means no change. */
export function readShortStat(text: string): DiffStat {
  const count = (noun: string): number =>
    Number(new RegExp(String.raw`(\d+) ${noun}`).exec(text)?.[1] ?? 0);
  return { files: count("file"), insertions: count("insertion"), deletions: count("deletion") };
}

/** Every check that any of them was put to, in the order in which they come. */
export function checkNames(compared: readonly Compared[]): string[] {
  return [...new Set(compared.flatMap(({ checks }) => checks.map(({ name }) => name)))];
}
