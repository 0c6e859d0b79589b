import type { Kysely } from "kysely";
import type { Task } from "../../core/task.ts";
import type { TaskFilter } from "../store.ts";
import { parsed } from "./rows.ts";
import type { Database } from "./schema.ts";

const NEWEST_FIRST = [
  ["created_at", "desc"],
  ["id", "desc"],
] as const;
const AS_WORKED = [
  ["rank", "asc"],
  ["created_at", "asc"],
  ["id", "asc"],
] as const;

/** Chooses tasks by an index that holds all it takes, and only then reads them: they may be long. */
export async function listTasks(db: Kysely<Database>, filter: TaskFilter): Promise<Task[]> {
  // `in ()` is not SQL.
  if (filter.states?.length === 0) return [];
  const order = filter.newestFirst ? NEWEST_FIRST : AS_WORKED;
  let chosen = db.selectFrom("tasks").select("id").limit(filter.limit);
  if (filter.states) chosen = chosen.where("state", "in", filter.states);
  for (const [column, direction] of order) chosen = chosen.orderBy(column, direction);

  let query = db
    .selectFrom(chosen.as("chosen"))
    .innerJoin("tasks", "tasks.id", "chosen.id")
    .select("tasks.data");
  for (const [column, direction] of order) query = query.orderBy(`tasks.${column}`, direction);
  const rows = await query.execute();
  return rows.map((row) => parsed<Task>(row.data));
}
