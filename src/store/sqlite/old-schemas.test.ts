import { DatabaseSync } from "node:sqlite";
import { copyStatements, oldSchemaConformance, type Column } from "../conformance/old-schemas.ts";
import { SQLITE_MIGRATIONS } from "../sql/migrations.ts";
import { openSqliteStore } from "./sqlite-store.ts";
import { temporaryFile } from "./testing/temporary-file.ts";

oldSchemaConformance("SQLite", {
  versions: SQLITE_MIGRATIONS.length,
  newStore: async () => {
    const at = temporaryFile();
    return { store: openSqliteStore(at), at };
  },
  openOld: async (at, version) => {
    const file = temporaryFile();
    const database = new DatabaseSync(file);
    for (const statement of SQLITE_MIGRATIONS.slice(0, version).flat()) database.exec(statement);
    database.exec(`pragma user_version = ${version}; attach database '${at}' as newer`);
    const columns = { from: columnsOf(database, "newer"), to: columnsOf(database, "main") };
    for (const statement of copyStatements(columns, tableIn, (name) => `"${name}"`)) {
      database.exec(statement);
    }
    database.close();
    return openSqliteStore(file);
  },
});

function tableIn(place: "from" | "to", table: string): string {
  return `${place === "from" ? "newer" : "main"}.${table}`;
}

function columnsOf(database: DatabaseSync, schema: string): Column[] {
  const rows = database
    .prepare(
      `select tables.name as "table", columns.name as name
       from ${schema}.sqlite_schema as tables, pragma_table_info(tables.name, ?) as columns
       where tables.type = 'table'`,
    )
    .all(schema);
  return rows.map((row) => ({ table: String(row["table"]), name: String(row["name"]) }));
}
