import type { Attempt } from "../core/attempt.ts";
import type { Decision, Refusal } from "../core/decision.ts";
import type { RecordedEvent } from "../core/events.ts";
import type { Interrupt } from "../core/interrupt.ts";
import type { DispatcherLease } from "../core/lease.ts";
import type { Run } from "../core/run.ts";
import type { Scope, State } from "../core/state.ts";
import type { Task, TaskState } from "../core/task.ts";
import type { Flaw } from "./flaw.ts";
import type { History } from "./history.ts";

/**
 * The blackboard, kept. It is the truth; what any process remembers is a copy that may be old.
 * Every method rejects with an `OrchestraError` when the store cannot answer.
 */
export type Store = StoreReader & {
  /**
   * Loads what `scope` names, lets `decide` answer, and keeps the events together with what they
   * change, in one transaction. `decide` must be pure: it may be called more than once. When this
   * resolves with `committed`, the events survive any crash.
   */
  readonly transact: (scope: Scope, decide: (state: State) => Decision) => Promise<Committed>;
  /** Makes what it shows anew from the events, in one transaction; returns the flaws that it had. */
  readonly rebuild: () => Promise<readonly Flaw[]>;
  /** Takes over a whole history, all or nothing; rejects with `STORE_NOT_EMPTY` if there is any. */
  readonly adopt: (history: History) => Promise<void>;
  /** Gives back the space of what was archived, as far as the store does not do so by itself. */
  readonly reclaim: () => Promise<void>;
  /** Saves the lease if the stored term is still `expectedTerm`; `false` means someone was first. */
  readonly saveDispatcherLease: (
    lease: DispatcherLease,
    expectedTerm: number | undefined,
  ) => Promise<boolean>;
};

/** A store for those who only look. */
export type StoreReader = BlackboardReader & {
  /**
   * Has `read` ask about one moment, whatever others write meanwhile; nobody waits for it. Rejects
   * when the connection is lost, because the moment is lost with it.
   */
  readonly snapshot: <T>(read: (reader: BlackboardReader) => Promise<T>) => Promise<T>;
  /** What it shows that is not what the events add up to. Reads everything. */
  readonly flaws: () => Promise<readonly Flaw[]>;
  readonly dispatcherLease: () => Promise<DispatcherLease | undefined>;
  /** The time by which leases are measured: the database's own where hosts share it. */
  readonly nowMs: () => Promise<number>;
  /**
   * Why a crash may take what was acknowledged, when the database is set so; missing where nothing of
   * the kind can be set.
   */
  readonly durabilityProblem?: () => Promise<string | undefined>;
  /** Why this user may only look; missing where the rights to files tell. */
  readonly refusalToWrite?: () => Promise<string | undefined>;
  /**
   * Calls `listener` soon after anything was committed, until `signal` aborts: with the events that
   * this store committed, or with none for what others did. A hint only: it may come late, twice, or
   * for nothing. `listener` must not throw.
   */
  readonly watch: (listener: WatchListener, signal: AbortSignal) => void;
  readonly close: () => Promise<void>;
};

export type WatchListener = (events: readonly RecordedEvent[] | undefined) => void;

export type Committed =
  | { readonly kind: "committed"; readonly events: readonly RecordedEvent[] }
  | Refusal;

/** Questions to the blackboard; none has a side effect. */
export type BlackboardReader = {
  /** Every run, by id. */
  readonly runs: () => Promise<readonly Run[]>;
  readonly run: (id: string) => Promise<Run | undefined>;
  readonly task: (id: string) => Promise<Task | undefined>;
  /** Those of the tasks that there are, by id. */
  readonly tasksById: (ids: readonly string[]) => Promise<ReadonlyMap<string, Task>>;
  /** Tasks whose ids come after `id`, in order, at most `limit`: for who looks at them all. */
  readonly tasksAfter: (id: string, limit: number) => Promise<readonly Task[]>;
  /** Ids of tasks that begin with `prefix`, at most `limit`, in order. */
  readonly taskIdsWithPrefix: (prefix: string, limit: number) => Promise<readonly string[]>;
  readonly tasks: (filter: TaskFilter) => Promise<readonly Task[]>;
  /** Tasks that wait for a time, not for a person who paused them, the first that is due first. */
  readonly parkedTasks: (limit: number) => Promise<readonly Task[]>;
  readonly countTasks: () => Promise<Readonly<Record<TaskState, number>>>;
  /** All attempts of these tasks, by task, and of each the first first. */
  readonly attemptsOf: (...taskIds: readonly string[]) => Promise<readonly Attempt[]>;
  /** Attempts that hold a workspace and a slot; of one node, or of all. */
  readonly liveAttempts: (nodeId?: string) => Promise<readonly Attempt[]>;
  /** Questions that wait for an answer, oldest first. */
  readonly openInterrupts: (limit: number) => Promise<readonly Interrupt[]>;
  /** Tasks whose checks have passed and whose work is to be merged, in the order they passed. */
  readonly mergeQueue: (limit: number) => Promise<readonly MergeEntry[]>;
  /**
   * Events of a run after `afterSeq`, in order, at most `limit`. Numbers are given without gaps; those
   * of tasks that were archived are missing later, up to the last `tasks_archived`.
   */
  readonly events: (
    runId: string,
    afterSeq: number,
    limit: number,
  ) => Promise<readonly RecordedEvent[]>;
  /** The events that name a task, in order. */
  readonly eventsOfTask: (taskId: string) => Promise<readonly RecordedEvent[]>;
  /** The last sequence number of a run; 0 when it has none. */
  readonly lastSeq: (runId: string) => Promise<number>;
};

export type TaskFilter = {
  readonly states?: readonly TaskState[];
  /** Newest first; without it, the order in which they are worked. */
  readonly newestFirst?: boolean;
  readonly limit: number;
};

export type MergeEntry = { readonly task: Task; readonly attempt: Attempt };
