import { statSync } from "node:fs";
import { cancel, resolve, retry, type Several } from "./change-tasks.ts";
import { openProject, queueDeps, usableRepository, type Project } from "./app.ts";
import { readEnvironment, withStore, type Environment } from "./config/environment.ts";
import type { RecordedEvent } from "./core/events.ts";
import { OrchestraError } from "./core/errors.ts";
import { STANDING_RUN } from "./core/run.ts";
import type { Task, TaskState } from "./core/task.ts";
import type { Answer } from "./intake/resolve-task.ts";
import type { TaskRequest } from "./intake/task-request.ts";

/** A project's queue, for programs: what `orchestra start`, `run` and `show` do for people. */
export type Orchestra = {
  /** The top of its repository. */
  readonly root: string;
  /** Puts a task, or several that may wait for each other, on the blackboard: all of them, or none. */
  readonly submit: Submit;
  /**
   * Works the queue until nothing is left that could be worked. When `signal` aborts it takes no more
   * work and resolves; agents go on, and the next run takes them up. Only one works a queue at a time.
   */
  readonly run: (options?: RunOptions) => Promise<RunEnd>;
  /**
   * Sends tasks back to work, with all their retries: all of them, or none. Each waits for a person or
   * for its time, is paused, or was cancelled or abandoned.
   */
  readonly retry: OfTasks<RetryOptions>;
  /**
   * Stops tasks: all of them, or none. What their agents did is kept. Where nobody works the queue it
   * resolves when the agents are dead; otherwise who does ends them.
   */
  readonly cancel: OfTasks<CancelOptions>;
  /** Answers a task that waits for a person; resolves with it, or with the one that takes its place. */
  readonly resolve: (id: string, answer: Answer) => Promise<Task>;
  /**
   * What has happened and what will, each event once and in order, until `signal` aborts or it is
   * closed. To go on where one has left off, say `afterSeq`.
   */
  readonly events: (options?: EventsOptions) => AsyncIterableIterator<RecordedEvent>;
  readonly task: (id: string) => Promise<Task | undefined>;
  readonly tasks: (filter?: TasksFilter) => Promise<readonly Task[]>;
  /** Ends what goes on here as an abort would, and lets the blackboard go. Safe to repeat. */
  readonly close: () => Promise<void>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

export type OrchestraOptions = {
  /**
   * Any folder of the repository.
   * @default the current one
   */
  readonly root?: string | undefined;
  /**
   * Where the blackboard is: `postgres://…`, `mysql://…`, `sqlite:FILE`, `files:FOLDER`, `memory:`.
   * @default as `ORCHESTRA_STORE` or `orchestra.yaml` say, or a file of the project
   */
  readonly store?: string | undefined;
};

export type Submit = {
  (task: TaskRequest): Promise<Task>;
  (tasks: readonly TaskRequest[]): Promise<readonly Task[]>;
};

/** Does it to one task or to several, by their whole ids; resolves with them as they are then. */
export type OfTasks<Options> = {
  (id: string, options?: Options): Promise<Task>;
  (ids: readonly string[], options?: Options): Promise<readonly Task[]>;
};

export type RetryOptions = {
  /** What to do differently; the agent is told. */
  readonly note?: string | undefined;
};

export type CancelOptions = {
  /**
   * Whether tasks that depend on it wait for a person, or are abandoned with it.
   * @default "wait"
   */
  readonly dependents?: "wait" | "abandon" | undefined;
};

export type RunOptions = {
  /**
   * Attempts at a time.
   * @default `limits.parallel` of `orchestra.yaml`
   */
  readonly parallel?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told of what went wrong on the way; the run goes on. */
  readonly onProblem?: ((doing: string, error: unknown) => void) | undefined;
};

export type RunEnd =
  /** Nothing is left that could be worked; merges that wait for a clean checkout are counted. */
  | { readonly kind: "empty"; readonly deferredMerges: number }
  | { readonly kind: "stopped" }
  /** Another process works this queue. */
  | { readonly kind: "held"; readonly pid: number; readonly host: string };

export type EventsOptions = {
  /**
   * The number of the last event that is known.
   * @default 0, which is before the first
   */
  readonly afterSeq?: number | undefined;
  readonly signal?: AbortSignal | undefined;
};

export type TasksFilter = {
  /** @default all */
  readonly states?: readonly TaskState[] | undefined;
  /**
   * Newest first, or in the order in which they are worked.
   * @default false
   */
  readonly newestFirst?: boolean | undefined;
  /** @default 1000 */
  readonly limit?: number | undefined;
};

const TASKS_DEFAULT = 1_000;

type Open = {
  readonly project: Project;
  readonly environment: Environment;
  /** Aborts when it is closed. */
  readonly closing: AbortController;
  readonly running: Set<Promise<RunEnd>>;
};

/** Opens the project around `root`. Makes its state folder, and changes nothing else. */
export async function createOrchestra(options: OrchestraOptions = {}): Promise<Orchestra> {
  if (options.root !== undefined) requireFolder(options.root);
  const here = readEnvironment();
  const environment = options.store === undefined ? here : withStore(here, options.store);
  const project = await openProject({ cwd: options.root ?? process.cwd(), environment });
  const open: Open = { project, environment, closing: new AbortController(), running: new Set() };
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => (closed ??= closeAll(open));
  return {
    root: project.root,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- One for one, several for several.
    submit: (async (asked) => submit(open, asked)) as Submit,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- One for one, several for several.
    retry: (async (ids, options = {}) =>
      retry(projectOf(open), ids, options)) as Orchestra["retry"],
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- One for one, several for several.
    cancel: (async (ids, options = {}) =>
      cancel(projectOf(open), ids, options)) as Orchestra["cancel"],
    resolve: async (id, answer) => resolve(projectOf(open), id, answer),
    run: async (options = {}) => run(open, options),
    events: (options = {}) => events(open, storeOf(open), options),
    task: async (id) => storeOf(open).task(id),
    tasks: async ({ states, newestFirst = false, limit = TASKS_DEFAULT } = {}) =>
      storeOf(open).tasks({ ...(states && { states }), newestFirst, limit }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function requireFolder(root: string): void {
  if (statSync(root, { throwIfNoEntry: false })?.isDirectory()) return;
  const message = `There is no folder ${root}. Name one of a git repository as root.`;
  throw new OrchestraError("NOT_A_REPOSITORY", message);
}

function projectOf({ project, closing }: Open): Project {
  if (!closing.signal.aborted) return project;
  throw new OrchestraError("STORE_UNAVAILABLE", "It was closed. Open it with createOrchestra.");
}

function storeOf(open: Open): Project["store"] {
  return projectOf(open).store;
}

async function submit(open: Open, asked: TaskRequest | readonly TaskRequest[]): Promise<Several> {
  const store = storeOf(open);
  const { defineTask } = await import("./intake/define-task.ts");
  const { readRequest } = await import("./intake/request-shape.ts");
  const { executeOrThrow } = await import("./store/execute.ts");
  const { config, root, clock } = open.project;
  // Another branch may be checked out than when it was opened.
  const repository = await usableRepository({ cwd: root, environment: open.environment });
  const requests = Array.isArray(asked) ? asked : [asked];
  const tasks = [];
  for (const request of requests) {
    tasks.push(await defineTask({ root, repository, config }, readRequest(request)));
  }
  const nowMs = clock.nowMs();
  await executeOrThrow(store, { type: "add_tasks", nowMs, runId: STANDING_RUN, tasks });
  const added = await store.tasksById(tasks.map(({ id }) => id));
  const all = tasks.flatMap(({ id }) => added.get(id) ?? []);
  const [first] = all;
  return first && !Array.isArray(asked) ? first : all;
}

async function run(open: Open, options: RunOptions): Promise<RunEnd> {
  storeOf(open);
  const running = work(open, options);
  open.running.add(running);
  try {
    return await running;
  } finally {
    open.running.delete(running);
  }
}

async function work({ project, closing }: Open, options: RunOptions): Promise<RunEnd> {
  const { takeLease } = await import("./engine/dispatcher-lease.ts");
  const { runQueue, PARALLEL_MAX } = await import("./engine/run-queue.ts");
  const { holders } = await import("./agents/process/holder.ts");
  const { requireMergedWork } = await import("./engine/require-merged-work.ts");
  const { requireFreeName } = await import("./workspace/require-free-name.ts");
  const { store, clock, config } = project;
  const { parallel = config.limits.parallel, onProblem = () => undefined } = options;
  if (!Number.isInteger(parallel) || parallel < 1 || parallel > PARALLEL_MAX) {
    const message = `parallel must be a whole number from 1 to ${PARALLEL_MAX}, got ${parallel}.`;
    throw new OrchestraError("INVALID_ARGUMENT", message);
  }
  const clone = project.clone();
  if (clone !== undefined) await requireMergedWork(store, project.root);
  const taking = await takeLease({ store, clock, processes: holders(), clone });
  if (taking.kind === "held") {
    const { pid, host } = taking.by.holder;
    return { kind: "held", pid, host };
  }
  const { lease } = taking;
  try {
    await requireFreeName(project.root);
    const deps = await queueDeps(project, { parallel, lease, staysWhenEmpty: false, onProblem });
    return await runQueue(deps, untilEither(closing.signal, options.signal));
  } finally {
    await lease.release();
  }
}

async function* events(
  { project, closing }: Open,
  store: Project["store"],
  { afterSeq = 0, signal }: EventsOptions,
): AsyncGenerator<RecordedEvent, void, undefined> {
  const { followEvents } = await import("./cluster/follow-events.ts");
  const from = { runId: STANDING_RUN, afterSeq };
  const deps = { store, clock: project.clock };
  yield* followEvents(deps, from, untilEither(closing.signal, signal));
}

function untilEither(closing: AbortSignal, signal: AbortSignal | undefined): AbortSignal {
  return signal ? AbortSignal.any([closing, signal]) : closing;
}

async function closeAll({ project, closing, running }: Open): Promise<void> {
  closing.abort();
  await Promise.allSettled(running);
  await project[Symbol.asyncDispose]();
}
