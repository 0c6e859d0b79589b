import type { AttemptSummary } from "../core/attempt.ts";

/**
 * Isolated copies of a repository for attempts to work in. The user's own checkout, index and
 * stash are never touched. Every step that destroys something first keeps its work reachable.
 */
export type Workspaces = {
  /**
   * Makes the attempt's workspace, set up and on its own branch. Safe to repeat after a crash: what
   * an earlier try left is reused, and uncommitted work in it is kept first. A failing `setup`
   * command throws an `OrchestraError` whose message holds the end of its output. Throws
   * `WORKSPACE_IN_USE` while a person is at work there.
   */
  readonly prepare: (request: WorkspaceRequest, signal: AbortSignal) => Promise<Workspace>;
  /**
   * Brings everything the agent left into commits on the attempt's branch, and says what there is.
   * With `commitLeftovers` false, uncommitted changes go under a rescue ref instead of the branch.
   * Throws `FENCED` when the workspace has been prepared for another attempt since.
   */
  readonly collect: (workspace: Workspace, request: CollectRequest) => Promise<CollectedWork>;
  /**
   * Removes the task's workspace, after `teardown`. Its work is on its branches or is first kept
   * under a rescue ref. Safe to repeat. Leaves alone what has been prepared for an attempt that
   * `branches` does not name. Throws `WORKSPACE_IN_USE` while a person is at work there.
   */
  readonly remove: (request: RemoveRequest) => Promise<void>;
  /**
   * Has a clean worktree wait for a next task, where making one takes long and none waits. Breaks off
   * when `signal` aborts.
   */
  readonly prewarm: (signal: AbortSignal) => Promise<void>;
  /** What was kept under `refs/orchestra/rescue/`, newest first. */
  readonly rescued: () => Promise<readonly Rescued[]>;
  /** Makes a branch of a rescued ref. Never overwrites a branch. */
  readonly restore: (ref: string, branch: string) => Promise<void>;
  /** `ORCHESTRA_*` and the project's own variables for a workspace at `path`, by the ports that it has. */
  readonly environment: (
    request: WorkspaceRequest,
    path: string,
  ) => Readonly<Record<string, string>>;
  /** Ids of the tasks that have a workspace. */
  readonly list: () => Promise<readonly string[]>;
  /** The commit a branch points to, or `undefined` when there is no such branch. */
  readonly branchCommit: (branch: string) => Promise<string | undefined>;
};

export type WorkspaceRequest = {
  readonly taskId: string;
  readonly attemptId: string;
  readonly branch: string;
  /** Branch of the attempt this one goes on from; `undefined` starts at `baseBranch`. */
  readonly previousBranch: string | undefined;
  /** The branch the work is meant for. */
  readonly baseBranch: string;
};

export type Workspace = {
  readonly path: string;
  readonly branch: string;
  /** The commit of `baseBranch` that the task's work is compared with. */
  readonly baseCommit: string;
  readonly baseBranch: string;
  /** `ORCHESTRA_*` and the project's own, for the agent, checks, setup and teardown. */
  readonly env: Readonly<Record<string, string>>;
};

export type CollectRequest = {
  readonly attemptId: string;
  readonly taskCreatedAtMs: number;
  readonly message: string;
  readonly commitLeftovers: boolean;
};

export type CollectedWork = {
  /** The last commit of the attempt's branch. */
  readonly commit: string;
  /** Whether the branch holds any change against its base. */
  readonly hasChanges: boolean;
  /** Files that the agent had left uncommitted. */
  readonly leftovers: readonly string[];
  readonly diffStat: AttemptSummary["diffStat"];
  /** Why nothing more could be written where the agent worked, when that was so at its end. */
  readonly storageTrouble?: string;
};

export type RemoveRequest = {
  readonly taskId: string;
  /** Branches of the task's attempts. */
  readonly branches: readonly string[];
  /** The branch that holds the accepted work; branches contained in it are deleted. */
  readonly mergedInto: string | undefined;
  /** A branch that stays as it is: the result of a task that is not merged. */
  readonly keepBranch: string | undefined;
};

export type Rescued = {
  /** `refs/orchestra/rescue/<task>/<name>`. */
  readonly ref: string;
  readonly taskId: string;
  readonly commit: string;
  readonly subject: string;
  readonly committedAtMs: number;
};
