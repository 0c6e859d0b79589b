import type { Insertable, Kysely } from "kysely";
import type { Run } from "../../core/run.ts";
import type { State } from "../../core/state.ts";
import type { Task } from "../../core/task.ts";
import { changedFields, changesBetween, idsRemoved, type Changes } from "./differences.ts";
import { insertRows } from "./insert-rows.ts";
import { runPrepared } from "./prepared.ts";
import { removeTasks } from "./remove-tasks.ts";
import { columnsOfAttempt, columnsOfInterrupt, columnsOfTask, rowOfRun } from "./rows.ts";
import type { Database } from "./schema.ts";

type Db = Kysely<Database>;
type Table = "tasks" | "attempts" | "interrupts";

/** Writes what events changed: the difference between two states, whatever the events were. */
export async function saveChanges(db: Db, before: State, after: State): Promise<void> {
  await removeTasks(db, idsRemoved(before, after));
  await addRuns(db, changesBetween(before.runs, after.runs).added);
  const tasks = changesBetween(before.tasks, after.tasks);
  await save(db, "tasks", columnsOfTask, tasks);
  await saveDependencies(db, tasks);
  await save(db, "attempts", columnsOfAttempt, changesBetween(before.attempts, after.attempts));
  await save(
    db,
    "interrupts",
    columnsOfInterrupt,
    changesBetween(before.interrupts, after.interrupts),
  );
}

async function addRuns(db: Db, runs: readonly Run[]): Promise<void> {
  for (const run of runs) await db.insertInto("runs").values(rowOfRun(run)).execute();
}

async function save<T extends { readonly id: string }>(
  db: Db,
  table: Table,
  columnsOf: (item: T) => object,
  { added, changed }: Changes<T>,
): Promise<void> {
  await insertRows(
    db,
    table,
    added.map((item) => rowOf(columnsOf(item), item)),
  );
  for (const { before, after } of changed) {
    // A column that is written costs its indexes a deletion and an insertion, changed or not.
    const columns = changedFields(columnsOf(before), columnsOf(after)) ?? {};
    const row = rowOf(columns, after);
    const shape = `update ${table} ${Object.keys(row).join(" ")}`;
    await runPrepared(db, shape, [...Object.values(row), after.id], () =>
      db.updateTable(table).set(row).where("id", "=", after.id),
    );
  }
}

function rowOf(columns: object, item: object): Insertable<Database[Table]> {
  const row = { ...columns, data: JSON.stringify(item) };
  // The columns are those that `columnsOf` names for the table.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return row as unknown as Insertable<Database[Table]>;
}

async function saveDependencies(db: Db, { added, changed }: Changes<Task>): Promise<void> {
  const relinked = changed
    .filter(({ before, after }) => before.dependsOn !== after.dependsOn)
    .map(({ after }) => after);
  for (const task of relinked) {
    await db.deleteFrom("dependencies").where("task_id", "=", task.id).execute();
  }
  const edges = [...added, ...relinked].flatMap((task) =>
    task.dependsOn.map((id) => ({ task_id: task.id, depends_on_id: id })),
  );
  await insertRows(db, "dependencies", edges);
}
