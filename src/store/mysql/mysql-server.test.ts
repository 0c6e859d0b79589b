import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  isMariadbInstalled,
  startMariadb,
  type MariadbService,
} from "../testing/mariadb-service.ts";
import { openMysqlStore } from "./mysql-store.ts";

describe.skipIf(!isMariadbInstalled && !process.env["CI"])("a server of MariaDB", () => {
  let service: MariadbService;
  beforeAll(async () => {
    service = await startMariadb();
  });
  afterAll(async () => service[Symbol.asyncDispose]());

  test.each([
    [0, expect.stringMatching(/= 0, so a crash may take what was committed; set it to 1/)],
    [1, undefined],
    [2, expect.stringMatching(/= 2, so a crash/)],
    [3, undefined],
  ])("that flushes in the way %i is told of if it may lose a commit", async (way, problem) => {
    await service.query(`set global innodb_flush_log_at_trx_commit = ${way}`);
    const store = await openMysqlStore(await service.newBlackboard());
    expect(await store.durabilityProblem?.()).toEqual(problem);
    await store.close();
  });
});
