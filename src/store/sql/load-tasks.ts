import type { Kysely } from "kysely";
import type { Scope } from "../../core/state.ts";
import type { Task } from "../../core/task.ts";
import { IDS_PER_QUERY } from "./chunks.ts";
import { READY } from "./literals.ts";
import { runForIds, runPrepared } from "./prepared.ts";
import { parsed } from "./rows.ts";
import type { Database } from "./schema.ts";

type Db = Kysely<Database>;

/** Those of the tasks that there are. */
export async function tasksById(db: Db, ids: readonly string[]): Promise<Task[]> {
  const rows = await runForIds(db, "tasks", ids, (some) =>
    db.selectFrom("tasks").select("data").where("id", "in", some),
  );
  return rows.map(taskFromRow);
}

/** The tasks that wait for these, or for those that wait for these, however far. */
export async function allDependentsOf(db: Db, ids: readonly string[]): Promise<Task[]> {
  const found = new Map<string, Task>();
  let frontier = ids;
  while (frontier.length > 0) {
    const some = frontier.slice(0, IDS_PER_QUERY);
    const rows = await runPrepared(db, `dependents of ${some.length}`, some, () =>
      db
        .selectFrom("dependencies")
        .innerJoin("tasks", "tasks.id", "dependencies.task_id")
        .select("tasks.data")
        .where("depends_on_id", "in", some),
    );
    const fresh = rows.map(taskFromRow).filter((task) => !found.has(task.id));
    for (const task of fresh) found.set(task.id, task);
    frontier = [...frontier.slice(IDS_PER_QUERY), ...fresh.map((task) => task.id)];
  }
  return [...found.values()];
}

/** The most urgent tasks of each agent that could start now. */
export async function readyHeads(
  db: Db,
  { agents, headPerAgent }: NonNullable<Scope["assignment"]>,
): Promise<Task[]> {
  const found: Task[] = [];
  for (const agent of agents) {
    const rows = await runPrepared(db, "ready heads", [agent, headPerAgent], () =>
      db
        .selectFrom("tasks")
        .select("data")
        .where("agent", "=", agent)
        .where("state", "=", READY)
        .where("parked_until", "is", null)
        .orderBy("rank")
        .orderBy("created_at")
        .orderBy("id")
        .limit(headPerAgent),
    );
    found.push(...rows.map(taskFromRow));
  }
  return found;
}

export async function dueParked(
  db: Db,
  { nowMs, limit }: NonNullable<Scope["dueParked"]>,
): Promise<Task[]> {
  const rows = await runPrepared(db, "due parked", [nowMs, limit], () =>
    db
      .selectFrom("tasks")
      .select("data")
      .where("parked_until", "<=", nowMs)
      .orderBy("parked_until")
      .orderBy("id")
      .limit(limit),
  );
  return rows.map(taskFromRow);
}

function taskFromRow(row: { readonly data: string }): Task {
  return parsed<Task>(row.data);
}
