import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  isLeftOut,
  MYSQL_MAKES,
  startMysql,
  titleOf,
  type MysqlService,
} from "../testing/mysql-service.ts";
import { openMysqlStore } from "./mysql-store.ts";

for (const make of MYSQL_MAKES)
  describe.skipIf(isLeftOut(make))(`a server of ${titleOf(make)}`, () => {
    let service: MysqlService;
    beforeAll(async () => {
      service = await startMysql(make);
    });
    afterAll(async () => service[Symbol.asyncDispose]());

    const ways: [way: number, problem: unknown][] = [
      [0, expect.stringMatching(/= 0, so a crash may take what was committed; set it to 1/)],
      [1, undefined],
      [2, expect.stringMatching(/= 2, so a crash/)],
    ];
    // A way of MariaDB's alone.
    if (make.name === "MariaDB") ways.push([3, undefined]);

    test.each(ways)(
      "that flushes in the way %i is told of if it may lose a commit",
      async (way, problem) => {
        await service.query(`set global innodb_flush_log_at_trx_commit = ${way}`);
        const store = await openMysqlStore(await service.newBlackboard());
        expect(await store.durabilityProblem?.()).toEqual(problem);
        await store.close();
      },
    );
  });
