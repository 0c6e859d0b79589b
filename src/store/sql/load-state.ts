import type { Kysely } from "kysely";
import type { Attempt } from "../../core/attempt.ts";
import { attemptId } from "../../core/attempt.ts";
import type { Run } from "../../core/run.ts";
import { EMPTY_STATE, type Scope, type State } from "../../core/state.ts";
import type { Task } from "../../core/task.ts";
import { liveAttempts, openInterruptsOf } from "./load-attempts.ts";
import { dependentsOf, dueParked, readyHeads, tasksById } from "./load-tasks.ts";
import { knowNothing, type KnownRows } from "./known-rows.ts";
import { runForIds } from "./prepared.ts";
import { parsed } from "./rows.ts";
import type { Database } from "./schema.ts";

type Db = Kysely<Database>;

/** The part of the blackboard that `scope` names. */
export async function loadState(
  db: Db,
  scope: Scope,
  known: KnownRows = knowNothing(),
): Promise<State> {
  const runs = await runsById(db, scope.runIds ?? []);
  const tasks = await tasksOf(db, scope, known);
  if (!scope.taskIds) {
    const live = scope.assignment ? await liveAttempts(db) : [];
    return { ...EMPTY_STATE, runs, tasks, attempts: byId(live) };
  }

  const named = scope.taskIds.flatMap((id) => tasks.get(id) ?? []);
  return {
    runs,
    tasks,
    attempts: await latestAttempts(db, named, known),
    interrupts: byId(await openInterruptsOf(db, idsOfWaiting(named))),
  };
}

async function tasksOf(db: Db, scope: Scope, known: KnownRows): Promise<Map<string, Task>> {
  const ids = scope.taskIds ?? [];
  const named = await tasksById(db, ids, known);
  const dependencies = scope.dependencies ? named.flatMap((task) => task.dependsOn) : [];
  return byId([
    ...named,
    ...(scope.dependents ? await dependentsOf(db, ids, scope.dependents) : []),
    ...(await tasksById(db, dependencies, known)),
    ...(scope.assignment ? await readyHeads(db, scope.assignment) : []),
    ...(scope.dueParked ? await dueParked(db, scope.dueParked) : []),
  ]);
}

async function runsById(db: Db, ids: readonly string[]): Promise<Map<string, Run>> {
  const rows = await runForIds(db, "runs", ids, (some) =>
    db.selectFrom("runs").select("data").where("id", "in", some),
  );
  return byId(rows.map((row) => parsed<Run>(row.data)));
}

async function latestAttempts(
  db: Db,
  tasks: readonly Task[],
  known: KnownRows,
): Promise<Map<string, Attempt>> {
  const ids = tasks
    .filter((task) => task.attemptCount > 0)
    .map((task) => attemptId(task.id, task.attemptCount));
  const found = ids.flatMap((id) => known.attempts.get(id) ?? []);
  const unknown = ids.filter((id) => !known.attempts.has(id));
  const rows = await runForIds(db, "attempts", unknown, (some) =>
    db.selectFrom("attempts").select("data").where("id", "in", some),
  );
  return byId([...found, ...rows.map((row) => parsed<Attempt>(row.data))]);
}

function idsOfWaiting(tasks: readonly Task[]): readonly string[] {
  return tasks.filter((task) => task.state === "waiting_human").map((task) => task.id);
}

function byId<T extends { readonly id: string }>(items: readonly T[]): Map<string, T> {
  return new Map(items.map((item) => [item.id, item]));
}
