import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { add, assign, NO_SPENDING, report } from "../src/store/conformance/builders.ts";
import { execute } from "../src/store/execute.ts";
import { openSqliteStore } from "../src/store/sqlite/sqlite-store.ts";
import { startPostgres } from "../src/store/testing/postgres-service.ts";
import { zombieOfPgBoss } from "./peers/pg-boss.ts";
import { zombieOfRedisStreams } from "./peers/redis-streams.ts";

/**
 * A worker that was given up for dead comes back and says that it is done, after its work was given
 * to another one. Whoever believes it has two workers whose results overwrite each other.
 */
const HOUR_MS = 3_600_000;

await using postgres = await startPostgres();
show("Orchestra", await zombieOfOurs());
show("pg-boss", await zombieOfPgBoss(postgres.url()));
show("Redis Streams", await zombieOfRedisStreams());

function show(name: string, isBelieved: boolean): void {
  console.log(`zombie completion: ${name} ${isBelieved ? "accepts" : "refuses"} it`);
}

async function zombieOfOurs(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "orchestra-bench-"));
  const store = openSqliteStore(join(folder, "blackboard.db"));
  await add(store, ["task"]);
  const [zombie] = await assign(store);
  await report(store, "task", { type: "return" });
  await execute(store, { type: "unpark", nowMs: HOUR_MS });
  const [successor] = await assign(store, { nowMs: HOUR_MS });
  if (!zombie || !successor) throw new Error("It was not assigned twice.");
  await report(store, "task", { type: "prepare" });
  await report(store, "task", { type: "start" });
  const outcome = await execute(store, {
    type: "finish_attempt",
    attemptId: zombie.attemptId,
    epoch: zombie.epoch,
    nowMs: HOUR_MS,
    commit: "c".repeat(40),
    summary: { diffStat: "", lastMessages: [] },
    spending: NO_SPENDING,
  });
  await store.close();
  rmSync(folder, { recursive: true });
  return outcome.kind === "committed";
}
