import { sql, type Insertable, type Kysely } from "kysely";
import { evolveAll } from "../../../core/evolve.ts";
import { EMPTY_STATE, type State } from "../../../core/state.ts";
import { idChunks } from "../chunks.ts";
import {
  columnsOfAttempt,
  columnsOfInterrupt,
  columnsOfTask,
  eventFromRow,
  rowOfRun,
} from "../rows.ts";
import type { Database } from "../schema.ts";

type Db = Kysely<Database>;
type Row<Table extends keyof Database> = Insertable<Database[Table]>;

/** Rows as the events say that they have to be. */
export type FoundedRows = {
  readonly tasks: readonly Row<"tasks">[];
  readonly attempts: readonly Row<"attempts">[];
  readonly interrupts: readonly Row<"interrupts">[];
  readonly dependencies: readonly Row<"dependencies">[];
};

/** Tasks that are looked at together. */
const TASKS_PER_CHUNK = 200;

/** Every column that names a task. */
const NAMES_OF_TASKS = [
  ["events", "task_id"],
  ["tasks", "id"],
  ["attempts", "task_id"],
  ["interrupts", "task_id"],
  ["dependencies", "task_id"],
] as const;

/** The ids of all tasks that the log or the projection names, some at a time. */
export async function* taskIdChunks(db: Db): AsyncGenerator<string[]> {
  let after = "";
  for (;;) {
    const ids = await taskIdsAfter(db, after);
    const last = ids.at(-1);
    if (last === undefined) return;
    yield ids;
    after = last;
  }
}

async function taskIdsAfter(db: Db, after: string): Promise<string[]> {
  const ids = new Set<string>();
  for (const [table, column] of NAMES_OF_TASKS) {
    const { rows } = await sql<{ id: string }>`
      select distinct ${sql.ref(column)} as id from ${sql.table(table)}
      where ${sql.ref(column)} > ${after} order by id limit ${TASKS_PER_CHUNK}`.execute(db);
    for (const { id } of rows) ids.add(id);
  }
  // Ids are ASCII, which every database and this program put in the same order.
  return [...ids].toSorted().slice(0, TASKS_PER_CHUNK);
}

/** What the events of these tasks add up to. Those of other tasks do not concern them. */
export async function foundedRows(db: Db, taskIds: readonly string[]): Promise<FoundedRows> {
  const rows = await db
    .selectFrom("events")
    .selectAll()
    .where("task_id", "in", taskIds)
    .orderBy("run_id")
    .orderBy("seq")
    .execute();
  const { tasks, attempts, interrupts } = evolveAll(EMPTY_STATE, rows.map(eventFromRow));
  return {
    tasks: rowsOf(tasks, columnsOfTask),
    attempts: rowsOf(attempts, columnsOfAttempt),
    interrupts: rowsOf(interrupts, columnsOfInterrupt),
    dependencies: await linksOf(db, tasks),
  };
}

function rowsOf<T, Columns extends object>(
  items: ReadonlyMap<string, T>,
  columnsOf: (item: T) => Columns,
): (Columns & { data: string })[] {
  return [...items.values()].map((item) => ({ ...columnsOf(item), data: JSON.stringify(item) }));
}

/** Only between tasks that are there: an archive that was imported may name others. */
async function linksOf(db: Db, tasks: State["tasks"]): Promise<Row<"dependencies">[]> {
  const named = [...new Set([...tasks.values()].flatMap((task) => task.dependsOn))];
  const there = new Set<string | null>();
  for (const some of idChunks(named)) {
    const rows = await db
      .selectFrom("events")
      .select("task_id")
      .distinct()
      .where("task_id", "in", some)
      .execute();
    for (const row of rows) there.add(row.task_id);
  }
  return [...tasks.values()].flatMap((task) =>
    task.dependsOn
      .filter((id) => there.has(id))
      .map((id) => ({ task_id: task.id, depends_on_id: id })),
  );
}

/** Runs, with the number of the next event of each. */
export async function foundedRuns(db: Db): Promise<Required<Row<"runs">>[]> {
  // What concerns no task is about runs; tasks have the rest of the log.
  const rows = await db
    .selectFrom("events")
    .selectAll()
    .where("task_id", "is", null)
    .orderBy("run_id")
    .orderBy("seq")
    .execute();
  const { runs } = evolveAll(EMPTY_STATE, rows.map(eventFromRow));
  const founded: Required<Row<"runs">>[] = [];
  for (const run of runs.values()) {
    const { last } = await db
      .selectFrom("events")
      .select((eb) => eb.fn.max("seq").as("last"))
      .where("run_id", "=", run.id)
      .executeTakeFirstOrThrow();
    founded.push({ ...rowOfRun(run), next_seq: last + 1 });
  }
  return founded;
}
