import type { Kysely } from "kysely";
import { attemptId, type Attempt } from "../../../core/attempt.ts";
import type { Interrupt } from "../../../core/interrupt.ts";
import type { Scope } from "../../../core/state.ts";
import type { Task } from "../../../core/task.ts";
import { readDispatcherLease } from "../lease.ts";
import { liveAttempts, openInterruptsOf } from "../load-attempts.ts";
import { allDependentsOf, dueParked, readyHeads, tasksById } from "../load-tasks.ts";
import { allSettled } from "../all-settled.ts";
import {
  askLatestAttempts,
  askLinks,
  askNumbers,
  askRuns,
  type Link,
  type Numbered,
  type NumberedRun,
} from "./ask-rows.ts";
import type { Database } from "../schema.ts";
import type { Known } from "./known.ts";

type Db = Kysely<Database>;

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

/** Whether a decision with this scope asks more than rows by their ids. */
export function isWide(scope: Scope): boolean {
  const { assignment, dueParked: due, dependents, dependencies } = scope;
  return Boolean(assignment ?? due ?? dependencies) || dependents === "all";
}

/**
 * Whether a decision can be made on what was asked before those with these scopes, and for it, too: as a
 * rule not when it looks at the whole blackboard, which they may have changed.
 */
export function canShareAnswers(scopes: readonly Scope[], next: Scope): boolean {
  if (scopes.length === 0 || !isWide(next)) return true;
  // What they have made ready is told apart from what it asked for.
  return next.assignment !== undefined && !scopes.some(isWide);
}

/**
 * How to ask: in statements that do not wait for each other, or where an answer is there at once, first
 * for the tasks, so that nothing is asked about those that there are not.
 */
type Pace = "together" | "tasks first";

/** Asks for all that is not known. */
export async function ask(
  db: Db,
  known: Known,
  scopes: readonly Scope[],
  pace: Pace = "together",
): Promise<Answers> {
  const unknown = namedIn(scopes).filter((id) => !known.tasks.has(id));
  const asked = tasksById(db, unknown);
  const found =
    pace === "together" ? undefined : new Map((await asked).map((task) => [task.id, task]));
  const needs = needsOf(known, scopes, found);
  const [runs, tasks, attempts, interrupts, links, wide, term] = await allSettled([
    askRuns(db, needs.runs),
    asked,
    askLatestAttempts(db, needs.attemptsOf),
    openInterruptsOf(db, needs.interruptsOf),
    askLinks(db, needs.dependentsOf),
    askWide(db, known, withSpare(known, scopes)),
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
  readonly attemptsOf: readonly string[];
  readonly interruptsOf: readonly string[];
  readonly dependentsOf: readonly string[];
  readonly term: boolean;
};

/** The tasks that were `found` beside those that are known are all that there are, if that was asked. */
type Found = ReadonlyMap<string, Task> | undefined;

function needsOf(known: Known, scopes: readonly Scope[], found: Found): Needs {
  const named = namedIn(scopes);
  const taskOf = (id: string): Task | "unknown" | undefined =>
    known.tasks.get(id) ?? (found ? found.get(id) : "unknown");
  const direct = scopes.filter(({ dependents }) => dependents === "direct");
  return {
    runs: [...new Set(scopes.flatMap(({ runIds }) => runIds ?? []))].filter(
      (id) => !known.runs.has(id),
    ),
    attemptsOf: named.filter((id) => lacksAttempt(known, taskOf(id))),
    interruptsOf: named.filter((id) => mayWait(taskOf(id))),
    dependentsOf: [...new Set(direct.flatMap(({ taskIds }) => taskIds ?? []))],
    term: scopes.some(({ dispatcherTerm }) => dispatcherTerm !== undefined),
  };
}

function namedIn(scopes: readonly Scope[]): readonly string[] {
  return [...new Set(scopes.flatMap(({ taskIds }) => taskIds ?? []))];
}

function lacksAttempt({ attempts }: Known, task: Task | "unknown" | undefined): boolean {
  if (task === undefined) return false;
  if (task === "unknown") return true;
  return task.attemptCount > 0 && !attempts.has(attemptId(task.id, task.attemptCount));
}

function mayWait(task: Task | "unknown" | undefined): boolean {
  return task === "unknown" || task?.state === "waiting_human";
}

/**
 * The scope that asks for more than rows by their ids. Decisions before it may pause the ready tasks that
 * they name, which then take up room among those it asks for: so it asks for as many more.
 */
function withSpare({ tasks }: Known, scopes: readonly Scope[]): Scope {
  const at = scopes.findIndex(isWide);
  const { assignment, ...others } = scopes[at] ?? {};
  if (!assignment) return others;
  const before = namedIn(scopes.slice(0, at)).map((id) => tasks.get(id)?.state ?? "ready");
  const spare = before.filter((state) => state === "ready").length;
  const headPerAgent = assignment.headPerAgent + spare;
  return { ...others, assignment: { ...assignment, headPerAgent } };
}

async function undefinedTerm(): Promise<undefined> {
  return undefined;
}

async function askWide(db: Db, known: Known, scope: Scope): Promise<Wide> {
  const [heads, live, due, waiting, awaited] = await allSettled([
    scope.assignment ? readyHeads(db, scope.assignment) : none<Task>(),
    scope.assignment ? liveAttempts(db) : none<Attempt>(),
    scope.dueParked ? dueParked(db, scope.dueParked) : none<Task>(),
    scope.dependents === "all" ? allDependentsOf(db, scope.taskIds ?? []) : none<Task>(),
    scope.dependencies ? askDependencies(db, known, scope.taskIds ?? []) : none<Task>(),
  ]);
  return { tasks: [...heads, ...due, ...waiting, ...awaited], attempts: live };
}

async function none<T>(): Promise<T[]> {
  return [];
}

async function askDependencies(db: Db, known: Known, taskIds: readonly string[]): Promise<Task[]> {
  const named = await knownOrRead(db, known, taskIds);
  const ids = new Set(named.flatMap((task) => task.dependsOn));
  return knownOrRead(db, known, [...ids]);
}

async function knownOrRead(db: Db, { tasks }: Known, ids: readonly string[]): Promise<Task[]> {
  const found = ids.flatMap((id) => tasks.get(id) ?? []);
  const unknown = ids.filter((id) => !tasks.has(id));
  return [...found, ...(await tasksById(db, unknown))];
}
