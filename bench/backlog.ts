import { openForWriting } from "../src/store/sqlite/open-sqlite.ts";
import { executeOrThrow } from "../src/store/execute.ts";
import { openSqliteStore } from "../src/store/sqlite/sqlite-store.ts";
import { aTask, addParked } from "./a-task.ts";

/** An agent without a free slot. */
export const BUSY = "busy";

/** How many tasks are in the way: ready, of an agent without a free slot, and parked for an hour. */
export type Backlog = { readonly ready: number; readonly parked: number };

/**
 * Makes a blackboard with a backlog. One task of each kind is added as always, and copied row by row:
 * two million would take the store minutes that are not measured.
 */
export async function makeBacklog(file: string, { ready, parked }: Backlog): Promise<void> {
  const store = openSqliteStore(file);
  const tasks = [aTask("ready", BUSY)];
  await executeOrThrow(store, { type: "add_tasks", nowMs: Date.now(), runId: "queue", tasks });
  await addParked(store, "parked");
  await store.close();

  const database = openForWriting(file);
  const copy = database.prepare(`
    with recursive numbers (n) as (values (2) union all select n + 1 from numbers where n < ?2)
    insert into tasks
    select id || '-' || n, run_id, state, agent, rank, parked_until, created_at,
      json_set(data, '$.id', id || '-' || n)
    from tasks, numbers where id = ?1 and ?2 > 1`);
  database.exec("begin immediate");
  copy.run("ready", ready);
  copy.run("parked", parked);
  database.exec("commit");
  database.close();
}
