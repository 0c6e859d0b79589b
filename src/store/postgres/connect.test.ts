import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import {
  isPostgresInstalled,
  startPostgres,
  type PostgresService,
} from "../testing/postgres-service.ts";
import { kyselyOnConnection } from "../sql/kysely-on-connection.ts";
import type { Database } from "../sql/schema.ts";
import { postgresServer } from "./postgres-server.ts";

describe.skipIf(!isPostgresInstalled && !process.env["CI"])("a connection to PostgreSQL", () => {
  let service: PostgresService;
  beforeAll(async () => {
    service = await startPostgres();
  });
  afterAll(async () => service[Symbol.asyncDispose]());

  test.each([
    ["on", "on"],
    ["off", "on"],
    ["local", "on"],
    ["remote_apply", "remote_apply"],
  ])(
    "a user whose commits are synchronous_commit = %s has ours kept as %s",
    async (theirs, ours) => {
      const location = await service.newBlackboard();
      await service.query(`alter role orchestra set synchronous_commit = ${theirs}`);
      onTestFinished(async () => {
        await service.query("alter role orchestra reset synchronous_commit");
      });
      const server = postgresServer(location);
      const connection = await server.connect();
      const db = kyselyOnConnection<Database>(server.flavour, connection.run);
      const { rows } = await sql`show synchronous_commit`.execute(db);
      expect(rows).toEqual([{ synchronous_commit: ours }]);
      await connection.close();
    },
  );

  test("a server that does not flush what was committed is told of", async () => {
    const server = postgresServer(await service.newBlackboard());
    const connection = await server.connect();
    const db = kyselyOnConnection<Database>(server.flavour, connection.run);
    expect(await server.durabilityProblem(db)).toMatch(/fsync = off.*set it to on/);
    await connection.close();
  });

  test("who reads one moment may be idle for an hour, as with a pipe that nobody empties", async () => {
    const server = postgresServer(await service.newBlackboard());
    const connection = await server.connect();
    const db = kyselyOnConnection<Database>(server.flavour, connection.run);
    await server.beginMoment(db);
    const { rows } = await sql`show idle_in_transaction_session_timeout`.execute(db);
    expect(rows).toEqual([{ idle_in_transaction_session_timeout: "1h" }]);
    await connection.close();
  });
});
