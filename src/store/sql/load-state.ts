import type { Kysely, Selectable } from "kysely";
import type { Attempt } from "../../core/attempt.ts";
import { attemptId } from "../../core/attempt.ts";
import type { Interrupt } from "../../core/interrupt.ts";
import type { Run } from "../../core/run.ts";
import { EMPTY_STATE, type Scope, type State } from "../../core/state.ts";
import type { Task } from "../../core/task.ts";
import { parsed } from "./rows.ts";
import type { Database } from "./schema.ts";

type Db = Kysely<Database>;

/** Ids in one `in` list; databases bound the number of parameters. */
const IDS_PER_QUERY = 500;

/** The part of the blackboard that `scope` names. */
export async function loadState(db: Db, scope: Scope): Promise<State> {
  const runs = await runsOf(db, scope);
  const tasks = await tasksOf(db, scope);
  if (!scope.taskIds) return { ...EMPTY_STATE, runs, tasks, attempts: await liveOf(db, scope) };

  const named = scope.taskIds.flatMap((id) => tasks.get(id) ?? []);
  return {
    runs,
    tasks,
    attempts: await latestAttempts(db, named),
    interrupts: await openInterrupts(db, named),
  };
}

async function runsOf(db: Db, scope: Scope): Promise<Map<string, Run>> {
  if (!scope.runIds) return new Map();
  const rows = await db.selectFrom("runs").select("data").where("id", "in", scope.runIds).execute();
  return byId(rows.map((row) => parsed<Run>(row.data)));
}

async function tasksOf(db: Db, scope: Scope): Promise<Map<string, Task>> {
  const named = await tasksById(db, scope.taskIds ?? []);
  const others = [
    ...(scope.dependents ? await dependents(db, scope.taskIds ?? [], scope.dependents) : []),
    ...(scope.dependencies
      ? await tasksById(
          db,
          named.flatMap((task) => task.dependsOn),
        )
      : []),
    ...(scope.assignment ? await readyHeads(db, scope.assignment) : []),
    ...(scope.dueParked ? await dueParked(db, scope.dueParked) : []),
  ];
  return byId([...named, ...others]);
}

async function tasksById(db: Db, ids: readonly string[]): Promise<Task[]> {
  const found: Task[] = [];
  for (let start = 0; start < ids.length; start += IDS_PER_QUERY) {
    const some = ids.slice(start, start + IDS_PER_QUERY);
    const rows = await db.selectFrom("tasks").select("data").where("id", "in", some).execute();
    found.push(...rows.map(taskFromRow));
  }
  return found;
}

async function dependents(
  db: Db,
  ids: readonly string[],
  reach: "direct" | "all",
): Promise<Task[]> {
  const found = new Map<string, Task>();
  let frontier = ids;
  while (frontier.length > 0) {
    const rows = await db
      .selectFrom("dependencies")
      .innerJoin("tasks", "tasks.id", "dependencies.task_id")
      .select("tasks.data")
      .where("depends_on_id", "in", frontier.slice(0, IDS_PER_QUERY))
      .execute();
    const fresh = rows.map(taskFromRow).filter((task) => !found.has(task.id));
    for (const task of fresh) found.set(task.id, task);
    frontier =
      reach === "all"
        ? [...frontier.slice(IDS_PER_QUERY), ...fresh.map((task) => task.id)]
        : frontier.slice(IDS_PER_QUERY);
  }
  return [...found.values()];
}

async function readyHeads(
  db: Db,
  { agents, headPerAgent }: NonNullable<Scope["assignment"]>,
): Promise<Task[]> {
  const found: Task[] = [];
  for (const agent of agents) {
    const rows = await db
      .selectFrom("tasks")
      .select("data")
      .where("agent", "=", agent)
      .where("state", "=", "ready")
      .where("parked_until", "is", null)
      .orderBy("rank")
      .orderBy("created_at")
      .orderBy("id")
      .limit(headPerAgent)
      .execute();
    found.push(...rows.map(taskFromRow));
  }
  return found;
}

async function dueParked(
  db: Db,
  { nowMs, limit }: NonNullable<Scope["dueParked"]>,
): Promise<Task[]> {
  const rows = await db
    .selectFrom("tasks")
    .select("data")
    .where("parked_until", "<=", nowMs)
    .orderBy("parked_until")
    .limit(limit)
    .execute();
  return rows.map(taskFromRow);
}

async function liveOf(db: Db, scope: Scope): Promise<Map<string, Attempt>> {
  if (!scope.assignment) return new Map();
  const rows = await db.selectFrom("attempts").select("data").where("is_live", "=", 1).execute();
  return byId(rows.map((row) => parsed<Attempt>(row.data)));
}

async function latestAttempts(db: Db, tasks: readonly Task[]): Promise<Map<string, Attempt>> {
  const ids = tasks
    .filter((task) => task.attemptCount > 0)
    .map((task) => attemptId(task.id, task.attemptCount));
  if (ids.length === 0) return new Map();
  const rows = await db.selectFrom("attempts").select("data").where("id", "in", ids).execute();
  return byId(rows.map((row) => parsed<Attempt>(row.data)));
}

async function openInterrupts(db: Db, tasks: readonly Task[]): Promise<Map<string, Interrupt>> {
  const waiting = tasks.filter((task) => task.state === "waiting_human").map((task) => task.id);
  if (waiting.length === 0) return new Map();
  const rows = await db
    .selectFrom("interrupts")
    .select("data")
    .where("is_open", "=", 1)
    .where("task_id", "in", waiting)
    .execute();
  return byId(rows.map((row) => parsed<Interrupt>(row.data)));
}

function taskFromRow(row: Pick<Selectable<Database["tasks"]>, "data">): Task {
  return parsed<Task>(row.data);
}

function byId<T extends { readonly id: string }>(items: readonly T[]): Map<string, T> {
  return new Map(items.map((item) => [item.id, item]));
}
