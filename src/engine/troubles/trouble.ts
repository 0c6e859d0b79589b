import type { ProcessTable } from "../../agents/process/process-facts.ts";
import type { ProjectPaths } from "../../config/paths.ts";
import type { Clock } from "../../core/clock.ts";
import type { NodeDeps } from "../../cluster/node/deps.ts";
import type { ArchiveDeps } from "../../store/archive/archive.ts";
import type { Store, StoreReader } from "../../store/store.ts";
import type { WorktreesDeps } from "../../workspace/worktrees-deps.ts";

/** Something that was left behind, or is not what it should be, and that can be put right. */
export type Trouble = {
  readonly what: "projection" | "archive" | "process" | "worktree" | "branch" | "lock" | "file";
  readonly detail: string;
  /** What mending does, in words that follow "it". */
  readonly cure: string;
  /** Rejects when it could not be mended; safe to repeat. */
  readonly mend: (deps: MendDeps) => Promise<void>;
};

/** What is looked at. Looking changes nothing. */
export type LookDeps = {
  readonly reader: Omit<StoreReader, "close">;
  readonly paths: ProjectPaths;
  readonly worktrees: WorktreesDeps;
  readonly table: ProcessTable;
  readonly clock: Clock;
  /** Somebody is working the queue, and tidies up after himself. */
  readonly isWorked: boolean;
  /**
   * Whether what belongs to no task here belongs to nobody: else there may be another blackboard
   * that knows it.
   */
  readonly knowsAll: boolean;
};

/** What mends. But for the projection and archives, nobody may be working the queue meanwhile. */
export type MendDeps = Pick<NodeDeps, "processes" | "workspaces"> & {
  readonly store: Store;
  readonly archive: ArchiveDeps;
  readonly worktrees: WorktreesDeps;
};
