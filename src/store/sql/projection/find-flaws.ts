import type { Insertable, Kysely } from "kysely";
import { OrchestraError } from "../../../core/errors.ts";
import { flawsBetween, type Flaw } from "../../flaw.ts";
import type { Database } from "../schema.ts";
import { foundedRows, foundedRuns, taskIdChunks, type FoundedRows } from "./founded.ts";

type Db = Kysely<Database>;

/**
 * Looks at every row whether it is what the events say; as many tasks at a time as fit in memory. Throws
 * `STORE_UNAVAILABLE` where the log has lost its end: rows that were made of what is left would lack work.
 */
export async function findFlaws(db: Db): Promise<Flaw[]> {
  await requireEnds(db);
  const runs = await db.selectFrom("runs").selectAll().execute();
  const flaws = flawsBetween("run", byId(runs), byId(await foundedRuns(db)));
  for await (const ids of taskIdChunks(db)) {
    const [found, founded] = [await foundRows(db, ids), await foundedRows(db, ids)];
    flaws.push(
      ...flawsBetween("task", byId(found.tasks), byId(founded.tasks)),
      ...flawsBetween("attempt", byId(found.attempts), byId(founded.attempts)),
      ...flawsBetween("interrupt", byId(found.interrupts), byId(founded.interrupts)),
      ...flawsBetween("dependency", byLink(found.dependencies), byLink(founded.dependencies)),
    );
  }
  return flaws;
}

/** The last event of a run never leaves it: one that has given out more numbers than that has lost some. */
async function requireEnds(db: Db): Promise<void> {
  const runs = await db
    .selectFrom("runs")
    .select((eb) => [
      "id",
      "next_seq",
      eb
        .selectFrom("events")
        .select((one) => one.fn.max("seq").as("last"))
        .whereRef("run_id", "=", "runs.id")
        .as("last"),
    ])
    .execute();
  for (const { id, next_seq: next, last } of runs) {
    if (next - 1 <= Number(last)) continue;
    throw new OrchestraError(
      "STORE_UNAVAILABLE",
      `The log of run ${id} has lost its end: its last event is ${Number(last)}, and ${next - 1} were written. Nothing was changed. Restore a copy of the blackboard, or import a backup into another.`,
    );
  }
}

async function foundRows(db: Db, ids: readonly string[]): Promise<FoundedRows> {
  return {
    tasks: await db.selectFrom("tasks").selectAll().where("id", "in", ids).execute(),
    attempts: await db.selectFrom("attempts").selectAll().where("task_id", "in", ids).execute(),
    interrupts: await db.selectFrom("interrupts").selectAll().where("task_id", "in", ids).execute(),
    dependencies: await db
      .selectFrom("dependencies")
      .selectAll()
      .where("task_id", "in", ids)
      .execute(),
  };
}

type Kept = { readonly id: string; readonly data: string };

function byId(rows: readonly Kept[]): Map<string, object> {
  return new Map(rows.map((row) => [row.id, { ...row, data: asJson(row.data) }]));
}

/** The same, however its keys are ordered; what is no JSON stays text. */
function asJson(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return data;
  }
}

function byLink(links: readonly Insertable<Database["dependencies"]>[]): Map<string, object> {
  return new Map(links.map((link) => [`${link.task_id} on ${link.depends_on_id}`, { ...link }]));
}
