import type { Clock } from "../core/clock.ts";
import type { Exclusive } from "./exclusive.ts";
import type { PortBlocks } from "./port-blocks.ts";

/** How workspaces are furnished; from `orchestra.yaml`. Paths are relative to the project's folder. */
export type WorkspaceConfig = {
  /** Files, folders and globs to copy, where git does not carry them. */
  readonly copy: readonly string[];
  /** Files and folders to link. */
  readonly link: readonly string[];
  /** Folders to check out, with the files above them; all, where none is named. */
  readonly sparse: readonly string[];
  readonly setup: readonly WorkspaceCommand[];
  readonly teardown: readonly WorkspaceCommand[];
  readonly env: Readonly<Record<string, string>>;
};

/** A line for `sh`, or an executable and its arguments. */
export type WorkspaceCommand = string | readonly string[];

export type WorktreesDeps = {
  readonly repositoryRoot: string;
  /** Where workspaces are made; outside the repository. */
  readonly worktreesRoot: string;
  readonly config: WorkspaceConfig;
  /** How many worktrees of ended tasks are kept for the next ones. */
  readonly warm: {
    readonly max: number;
    /** Also in a repository of so few files that a new worktree is there as fast. */
    readonly always: boolean;
  };
  readonly ports: PortBlocks;
  /** The environment that set-up and tear-down commands inherit. */
  readonly env: Readonly<Record<string, string>>;
  readonly clock: Clock;
  /** Names the time since the machine was started. */
  readonly bootId: string;
  /**
   * For all that makes worktrees here or moves them, the merge queue's too: side by side they would
   * take the same one, and making two at a time is slower.
   */
  readonly addExclusively: Exclusive;
};
