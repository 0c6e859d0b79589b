import { attemptId, type Attempt } from "../../core/attempt.ts";
import type { Interrupt } from "../../core/interrupt.ts";
import type { Scope } from "../../core/state.ts";
import type { Task } from "../../core/task.ts";
import { readDispatcherLease } from "../sql/lease.ts";
import { liveAttempts, openInterruptsOf } from "../sql/load-attempts.ts";
import { dependentsOf, dueParked, readyHeads, tasksById } from "../sql/load-tasks.ts";
import { allSettled } from "./all-settled.ts";
import {
  askLatestAttempts,
  askLinks,
  askNumbers,
  askRuns,
  type Link,
  type Numbered,
  type NumberedRun,
} from "./ask-rows.ts";
import type { Db } from "./database-server.ts";
import type { Known } from "./known.ts";

/** What a batch was told besides the rows that became known. */
export type Loaded = {
  /** The tasks that a wide decision asked the whole blackboard for, in their order. */
  readonly taskIds: readonly string[];
  readonly attemptIds: readonly string[];
  /** The tasks that wait directly for a task. */
  readonly dependents: ReadonlyMap<string, readonly Link[]>;
  /** The dispatcher's term. */
  readonly term: number | undefined;
  /** Every task that was read. */
  readonly read: readonly string[];
};

/** Rows that the decisions need and that are not known; not yet known either, until the lock is had. */
export type Answers = {
  readonly runs: readonly NumberedRun[];
  readonly numbers: readonly Numbered[];
  /** However they were asked for. */
  readonly tasks: readonly Task[];
  readonly attempts: readonly Attempt[];
  readonly interrupts: readonly Interrupt[];
  readonly links: readonly Link[];
  readonly wide: Wide;
  readonly term: number | undefined;
};

/** What only a look at the whole blackboard can tell. */
type Wide = { readonly tasks: readonly Task[]; readonly attempts: readonly Attempt[] };

/** Whether a decision with this scope asks more than rows by their ids; a batch has one at most. */
export function isWide(scope: Scope): boolean {
  const { assignment, dueParked: due, dependents, dependencies } = scope;
  return Boolean(assignment ?? due ?? dependencies) || dependents === "all";
}

/** Whether what others have changed in the same batch can be told apart from what it asked for. */
export function mayFollow(scope: Scope): boolean {
  return !isWide(scope) || scope.assignment !== undefined;
}

/** Asks for all that is not known, in statements that do not wait for each other. */
export async function ask(db: Db, known: Known, scopes: readonly Scope[]): Promise<Answers> {
  const needs = needsOf(known, scopes);
  const [runs, tasks, attempts, interrupts, links, wide, term] = await allSettled([
    askRuns(db, needs.runs),
    tasksById(db, needs.tasks, known),
    askLatestAttempts(db, needs.attemptsOf),
    openInterruptsOf(db, needs.interruptsOf),
    askLinks(db, needs.dependentsOf),
    askWide(db, known, scopes.find(isWide) ?? {}),
    needs.term ? readDispatcherLease(db).then((lease) => lease?.term) : undefinedTerm(),
  ]);
  const read = [...tasks, ...wide.tasks, ...links.map(({ task }) => task)];
  const numbered = new Set(runs.map(({ run }) => run.id));
  const runIds = new Set(read.map((task) => task.runId));
  const unnumbered = [...runIds].filter((id) => !known.nextSeq.has(id) && !numbered.has(id));
  const numbers = await askNumbers(db, unnumbered);
  return { runs, numbers, tasks: read, attempts, interrupts, links, wide, term };
}

/** Makes the answers known, now that nobody can change the rows any more. */
export function learn(known: Known, answers: Answers): Loaded {
  const { runs, numbers, wide, links, tasks, attempts, interrupts, term } = answers;
  for (const { run, nextSeq } of runs) {
    known.runs.set(run.id, run);
    known.nextSeq.set(run.id, nextSeq);
  }
  for (const { id, nextSeq } of numbers) known.nextSeq.set(id, nextSeq);
  for (const task of tasks) known.tasks.set(task.id, task);
  for (const attempt of [...attempts, ...wide.attempts]) known.attempts.set(attempt.id, attempt);
  for (const interrupt of interrupts) known.interrupts.set(interrupt.id, interrupt);
  return {
    taskIds: wide.tasks.map(({ id }) => id),
    attemptIds: wide.attempts.map(({ id }) => id),
    dependents: Map.groupBy(links, ({ on }) => on),
    term,
    read: tasks.map(({ id }) => id),
  };
}

type Needs = {
  readonly runs: readonly string[];
  readonly tasks: readonly string[];
  readonly attemptsOf: readonly string[];
  readonly interruptsOf: readonly string[];
  readonly dependentsOf: readonly string[];
  readonly term: boolean;
};

function needsOf(known: Known, scopes: readonly Scope[]): Needs {
  const named = [...new Set(scopes.flatMap(({ taskIds }) => taskIds ?? []))];
  const unknown = named.filter((id) => !known.tasks.has(id));
  const direct = scopes.filter(({ dependents }) => dependents === "direct");
  return {
    runs: [...new Set(scopes.flatMap(({ runIds }) => runIds ?? []))].filter(
      (id) => !known.runs.has(id),
    ),
    tasks: unknown,
    attemptsOf: named.filter((id) => lacksAttempt(known, id)),
    interruptsOf: named.filter((id) => mayWait(known.tasks.get(id))),
    dependentsOf: [...new Set(direct.flatMap(({ taskIds }) => taskIds ?? []))],
    term: scopes.some(({ dispatcherTerm }) => dispatcherTerm !== undefined),
  };
}

function lacksAttempt({ tasks, attempts }: Known, id: string): boolean {
  const task = tasks.get(id);
  if (!task) return true;
  return task.attemptCount > 0 && !attempts.has(attemptId(id, task.attemptCount));
}

function mayWait(task: Task | undefined): boolean {
  return task === undefined || task.state === "waiting_human";
}

async function undefinedTerm(): Promise<undefined> {
  return undefined;
}

async function askWide(db: Db, known: Known, scope: Scope): Promise<Wide> {
  const [heads, live, due, waiting, awaited] = await allSettled([
    scope.assignment ? readyHeads(db, scope.assignment) : none<Task>(),
    scope.assignment ? liveAttempts(db) : none<Attempt>(),
    scope.dueParked ? dueParked(db, scope.dueParked) : none<Task>(),
    scope.dependents === "all" ? dependentsOf(db, scope.taskIds ?? [], "all") : none<Task>(),
    scope.dependencies ? askDependencies(db, known, scope.taskIds ?? []) : none<Task>(),
  ]);
  return { tasks: [...heads, ...due, ...waiting, ...awaited], attempts: live };
}

async function none<T>(): Promise<T[]> {
  return [];
}

async function askDependencies(db: Db, known: Known, taskIds: readonly string[]): Promise<Task[]> {
  const named = await tasksById(db, taskIds, known);
  const ids = new Set(named.flatMap((task) => task.dependsOn));
  return tasksById(db, [...ids], known);
}
