import { afterAll, beforeAll, describe } from "vitest";
import type { ServerLocation } from "../../config/store-location.ts";
import { storeConformance } from "../conformance.ts";
import { damageConformance } from "../conformance/damage.ts";
import { copyStatements, oldSchemaConformance, type Column } from "../conformance/old-schemas.ts";
import { outageConformance } from "../conformance/outages.ts";
import { processConformance } from "../conformance/processes.ts";
import { sharingConformance } from "../conformance/sharing.ts";
import { urlOf } from "../testing/server-at.ts";
import {
  isLeftOut,
  MYSQL_MAKES,
  startMysql,
  titleOf,
  type MysqlService,
} from "../testing/mysql-service.ts";
import { MYSQL_BLACKBOARD, MYSQL_MIGRATIONS } from "./migrations.ts";
import { openMysqlStore } from "./mysql-store.ts";

for (const make of MYSQL_MAKES)
  describe.skipIf(isLeftOut(make))(`a blackboard in ${titleOf(make)}`, () => {
    let service: MysqlService;
    beforeAll(async () => {
      service = await startMysql(make);
    });
    afterAll(async () => service[Symbol.asyncDispose]());

    storeConformance(make.name, async () => openMysqlStore(await service.newBlackboard()));

    processConformance(make.name, {
      newUrl: async () => urlOf(await service.newBlackboard()),
      heardWithinMs: 200,
    });
    damageConformance(make.name, async () => {
      const location = await service.newBlackboard();
      const store = await openMysqlStore(location);
      return {
        store,
        damage: async (statement) => {
          const session = await service.session(location);
          await session.query("set foreign_key_checks = 0");
          await session.query(statement);
          await session.close();
        },
      };
    });

    oldSchemaConformance(make.name, {
      versions: MYSQL_MIGRATIONS.length,
      newStore: async () => {
        const at = await service.newBlackboard();
        return { store: await openMysqlStore(at), at };
      },
      openOld: async (at, version) => {
        const location = await service.newBlackboard();
        const session = await service.session(location);
        const statements = [...MYSQL_BLACKBOARD, ...MYSQL_MIGRATIONS.slice(0, version).flat()];
        for (const statement of statements) await session.query(statement);
        await session.query(`update blackboard set schema_version = ${version}`);
        const columns = { from: await columnsIn(at), to: await columnsIn(location) };
        const tableIn = (place: "from" | "to", table: string): string =>
          `${databaseOf(place === "from" ? at : location)}.${table}`;
        for (const statement of copyStatements(columns, tableIn, (name) => `\`${name}\``)) {
          await session.query(statement);
        }
        await session.close();
        return openMysqlStore(location);
      },
    });

    async function columnsIn(location: ServerLocation): Promise<Column[]> {
      const text = `select table_name as \`table\`, column_name as name
      from information_schema.columns where table_schema = ?`;
      return (await service.query(text, [databaseOf(location)])) as Column[];
    }

    sharingConformance(make.name, () => service);
    outageConformance(make.name, { service: () => service, open: openMysqlStore });
  });

function databaseOf(location: ServerLocation): string {
  return new URL(urlOf(location)).pathname.slice(1);
}
