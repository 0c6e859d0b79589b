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
  isPostgresInstalled,
  startPostgres,
  type PostgresService,
} from "../testing/postgres-service.ts";
import { POSTGRES_MIGRATIONS } from "./migrations.ts";
import { openPostgresStore } from "./postgres-store.ts";

describe.skipIf(!isPostgresInstalled && !process.env["CI"])("PostgreSQL", () => {
  let service: PostgresService;
  beforeAll(async () => {
    service = await startPostgres();
  });
  afterAll(async () => service[Symbol.asyncDispose]());

  storeConformance("PostgreSQL", async () => openPostgresStore(await service.newBlackboard()));

  processConformance("PostgreSQL", {
    newUrl: async () => urlOf(await service.newBlackboard()),
    heardWithinMs: 50,
  });
  damageConformance("PostgreSQL", async () => {
    const location = await service.newBlackboard();
    const store = await openPostgresStore(location);
    return {
      store,
      damage: async (statement) => {
        const session = await service.session(location);
        await session.query(statement);
        await session.close();
      },
    };
  });

  oldSchemaConformance("PostgreSQL", {
    versions: POSTGRES_MIGRATIONS.length,
    newStore: async () => {
      const at = await service.newBlackboard();
      return { store: await openPostgresStore(at), at };
    },
    openOld: async (at, version) => {
      const location = await service.newBlackboard();
      const session = await service.session(location);
      for (const statement of POSTGRES_MIGRATIONS.slice(0, version).flat()) {
        await session.query(statement);
      }
      await session.query(`update blackboard set schema_version = ${version}`);
      const columns = { from: await columnsIn(at), to: await columnsIn(location) };
      const tableIn = (place: "from" | "to", table: string): string =>
        `${(place === "from" ? at : location).schema}.${table}`;
      for (const statement of copyStatements(columns, tableIn, (name) => `"${name}"`)) {
        await session.query(statement);
      }
      await session.close();
      return openPostgresStore(location);
    },
  });

  async function columnsIn({ schema }: ServerLocation): Promise<Column[]> {
    const text = `select table_name as "table", column_name as name
      from information_schema.columns where table_schema = $1`;
    return (await service.query(text, [schema])) as Column[];
  }

  sharingConformance("PostgreSQL", () => service);
  outageConformance("PostgreSQL", { service: () => service, open: openPostgresStore });
});
