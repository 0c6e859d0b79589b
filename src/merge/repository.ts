/** The git operations of the merge queue, on the project's repository. */
export type MergeRepository = {
  /**
   * Makes the commit that merges `commit` into the tip of `targetBranch`; where its files have to be
   * proven, in a scratch worktree that is left checked out on it. Moves no branch.
   */
  readonly prepareMerge: (request: MergeRequest, signal: AbortSignal) => Promise<PreparedMerge>;
  /**
   * Moves `targetBranch` from `expected` to `merged`, by compare-and-swap. If the branch is checked
   * out somewhere and clean, its files follow; if it is dirty, nothing moves.
   */
  readonly advance: (request: AdvanceRequest) => Promise<Advance>;
  /** Where `targetBranch` is checked out with uncommitted changes, so that it cannot be moved now. */
  readonly dirtyCheckout: (
    targetBranch: string,
  ) => Promise<{ readonly path: string; readonly files: readonly string[] } | undefined>;
  /** Whether `commit` is contained in `branch`. */
  readonly isMerged: (commit: string, branch: string) => Promise<boolean>;
};

export type MergeRequest = {
  readonly taskId: string;
  readonly title: string;
  readonly commit: string;
  readonly targetBranch: string;
  /** Sets the scratch worktree up anew, although it was for an earlier merge. */
  readonly setsUpAgain?: boolean;
};

/** Where a merge is checked out for its checks. */
export type MergedFiles = {
  readonly path: string;
  /** Whether nothing there, such as installed packages, is of an earlier merge's files. */
  readonly isFreshlySetUp: boolean;
};

export type PreparedMerge =
  | {
      readonly kind: "prepared";
      readonly targetCommit: string;
      readonly mergedCommit: string;
      /** `undefined` where the merged files are exactly those of `commit`, whose checks have passed. */
      readonly toProve: MergedFiles | undefined;
    }
  | {
      readonly kind: "conflict";
      readonly files: readonly string[];
      /** The conflicting parts, bounded. */
      readonly excerpt: string;
      readonly targetCommit: string;
    }
  /** The set-up of the merged files failed; the end of its output is there. */
  | { readonly kind: "unready"; readonly output: string; readonly mergedCommit: string }
  | { readonly kind: "missing_target" };

export type AdvanceRequest = {
  readonly targetBranch: string;
  readonly expected: string;
  readonly merged: string;
};

export type Advance =
  | { readonly kind: "advanced" }
  /** Someone else moved the branch first: prepare again. */
  | { readonly kind: "moved" }
  /** The branch is checked out at `path` with uncommitted changes. */
  | { readonly kind: "dirty"; readonly path: string; readonly files: readonly string[] };
