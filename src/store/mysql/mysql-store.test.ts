import { afterAll, beforeAll, describe } from "vitest";
import type { ServerLocation } from "../../config/store-location.ts";
import { storeConformance } from "../conformance.ts";
import { damageConformance } from "../conformance/damage.ts";
import { copyStatements, oldSchemaConformance, type Column } from "../conformance/old-schemas.ts";
import { outageConformance } from "../conformance/outages.ts";
import { processConformance } from "../conformance/processes.ts";
import { urlOf } from "../testing/server-at.ts";
import {
  isMariadbInstalled,
  startMariadb,
  type MariadbService,
} from "../testing/mariadb-service.ts";
import { MYSQL_BLACKBOARD, MYSQL_MIGRATIONS } from "./migrations.ts";
import { openMysqlStore } from "./mysql-store.ts";

describe.skipIf(!isMariadbInstalled && !process.env["CI"])("MariaDB", () => {
  let service: MariadbService;
  beforeAll(async () => {
    service = await startMariadb();
  });
  afterAll(async () => service[Symbol.asyncDispose]());

  storeConformance("MariaDB", async () => openMysqlStore(await service.newBlackboard()));

  processConformance("MariaDB", {
    newUrl: async () => urlOf(await service.newBlackboard()),
    heardWithinMs: 200,
  });
  damageConformance("MariaDB", async () => {
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

  oldSchemaConformance("MariaDB", {
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

  outageConformance("MariaDB", { service: () => service, open: openMysqlStore });
});

function databaseOf(location: ServerLocation): string {
  return new URL(urlOf(location)).pathname.slice(1);
}
