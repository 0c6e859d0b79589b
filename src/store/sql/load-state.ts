import type { Kysely } from "kysely";
import type { Attempt } from "../../core/attempt.ts";
import { attemptId } from "../../core/attempt.ts";
import type { Interrupt } from "../../core/interrupt.ts";
import type { Run } from "../../core/run.ts";
import { EMPTY_STATE, type Scope, type State } from "../../core/state.ts";
import type { Task } from "../../core/task.ts";
import { dependentsOf, dueParked, readyHeads, tasksById } from "./load-tasks.ts";
import { idChunks } from "./chunks.ts";
import { knowNothing, type KnownRows } from "./known-rows.ts";
import { LIVE, OPEN } from "./literals.ts";
import { runPrepared } from "./prepared.ts";
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
  if (!scope.taskIds) return { ...EMPTY_STATE, runs, tasks, attempts: await liveOf(db, scope) };

  const named = scope.taskIds.flatMap((id) => tasks.get(id) ?? []);
  return {
    runs,
    tasks,
    attempts: await latestAttempts(db, named, known),
    interrupts: await openInterrupts(db, named),
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
  const found: Run[] = [];
  for (const some of idChunks(ids)) {
    const rows = await runPrepared(db, `${some.length} runs`, some, () =>
      db.selectFrom("runs").select("data").where("id", "in", some),
    );
    found.push(...rows.map((row) => parsed<Run>(row.data)));
  }
  return byId(found);
}

async function liveOf(db: Db, scope: Scope): Promise<Map<string, Attempt>> {
  if (!scope.assignment) return new Map();
  const rows = await runPrepared(db, "live attempts", [], () =>
    db.selectFrom("attempts").select("data").where("is_live", "=", LIVE),
  );
  return byId(rows.map((row) => parsed<Attempt>(row.data)));
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
  for (const some of idChunks(ids.filter((id) => !known.attempts.has(id)))) {
    const rows = await runPrepared(db, `${some.length} attempts`, some, () =>
      db.selectFrom("attempts").select("data").where("id", "in", some),
    );
    found.push(...rows.map((row) => parsed<Attempt>(row.data)));
  }
  return byId(found);
}

async function openInterrupts(db: Db, tasks: readonly Task[]): Promise<Map<string, Interrupt>> {
  const waiting = tasks.filter((task) => task.state === "waiting_human").map((task) => task.id);
  const found: Interrupt[] = [];
  for (const some of idChunks(waiting)) {
    const rows = await db
      .selectFrom("interrupts")
      .select("data")
      .where("is_open", "=", OPEN)
      .where("task_id", "in", some)
      .execute();
    found.push(...rows.map((row) => parsed<Interrupt>(row.data)));
  }
  return byId(found);
}

function byId<T extends { readonly id: string }>(items: readonly T[]): Map<string, T> {
  return new Map(items.map((item) => [item.id, item]));
}
