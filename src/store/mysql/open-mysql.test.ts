import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ServerLocation } from "../../config/store-location.ts";
import { add } from "../conformance/builders.ts";
import {
  isLeftOut,
  MYSQL_MAKES,
  startMysql,
  titleOf,
  type MysqlService,
} from "../testing/mysql-service.ts";
import { kyselyOnConnection } from "../sql/kysely-on-connection.ts";
import type { Database } from "../sql/schema.ts";
import { serverAt, urlOf } from "../testing/server-at.ts";
import { MYSQL_BLACKBOARD, MYSQL_MIGRATIONS } from "./migrations.ts";
import { mysqlServer } from "./mysql-server.ts";
import { openMysqlReader, openMysqlStore } from "./mysql-store.ts";

for (const make of MYSQL_MAKES)
  describe.skipIf(isLeftOut(make))(`opening a ${titleOf(make)} store`, () => {
    let service: MysqlService;
    beforeAll(async () => {
      service = await startMysql(make);
      await service.query("create user secured identified by 'right'");
      await service.query("create user guest");
      await service.query("create database granted");
      await service.query("grant all on granted.* to secured");
    });
    afterAll(async () => service[Symbol.asyncDispose]());

    test.each([
      [
        "a host that is not there",
        () => "mysql://ada:s3cret@127.0.0.1:1/shop",
        /cannot be reached/,
      ],
      ["a name that is no host", () => "mysql://ada:s3cret@no.invalid/shop", /cannot be reached/],
      [
        "a socket that is not there",
        () => "mysql:///shop?socketPath=/nowhere",
        /cannot be reached/,
      ],
      ["no such database", () => service.url("root", "nope"), /no such database.*create database/],
      ["no such user", () => service.url("nobody", "granted"), /refuses|may use/],
      [
        "a wrong password",
        () => withPassword("secured", "s3cret"),
        /refuses the user or the password/,
      ],
      [
        "a database that is not theirs",
        () => service.url("guest", "mysql"),
        /no database that this user/,
      ],
      [
        "a wish for TLS that means nothing",
        () => `${service.url()}&ssl=true`,
        /cannot be used as a store: SSL profile must be an object.*\. Correct the store's URL/,
      ],
      [
        // MySQL makes itself a certificate, which nobody knows.
        "a server without TLS, or without a certificate to trust",
        () => `${service.url()}&ssl={}`,
        make.name === "MySQL" ? /self-signed certificate/ : /does not support secure connection\./,
      ],
    ])("%s is told in one line, with what to do", async (_what, url, words) => {
      await expect(openMysqlStore(serverAt(url()))).rejects.toEqual(
        refusal("STORE_UNAVAILABLE", words),
      );
    });

    test("a connection that could not be made ready is given up", async () => {
      await service.query("create user hasty with max_queries_per_hour 1");
      await service.query("grant all on granted.* to hasty");
      const theirs = serverAt(service.url("hasty", "granted"));
      await expect(openMysqlStore(theirs)).rejects.toEqual(
        refusal(
          "STORE_UNAVAILABLE",
          /cannot be used as a store: .*(max_queries_per_hour|max_questions)/,
        ),
      );
      const left = "select id from information_schema.processlist where user = 'hasty'";
      // The server hears of it a moment later; the test's own time-out is the deadline.
      while ((await service.query(left)).length > 0);
      expect(await service.query(left)).toEqual([]);
    });

    test("a user with the right password is let in", async () => {
      const store = await openMysqlStore(serverAt(withPassword("secured", "right")));
      expect(await add(store, ["one"])).toHaveLength(3);
      await store.close();
    });

    test("a user who may only look is told so", async () => {
      const location = await service.newBlackboard();
      await service.query(`grant select on ${databaseOf(location)}.* to guest`);
      const theirs = serverAt(service.url("guest", databaseOf(location)));

      await expect(openMysqlStore(theirs)).rejects.toEqual(refusal("READ_ONLY", /change tables/));
      expect(await openMysqlReader(theirs)).toBeUndefined();
      expect(await tablesIn(location)).toEqual([]);
    });

    test("a user who may only look at a blackboard hears why, and its owner that there is no reason", async () => {
      const location = await service.newBlackboard();
      await (await openMysqlStore(location)).close();
      await service.query(`grant select on ${databaseOf(location)}.* to guest`);

      const theirs = serverAt(service.url("guest", databaseOf(location)));
      const guest = await openMysqlReader(theirs);
      expect(await guest?.refusalToWrite?.()).toMatch(/change tables/);
      await guest?.close();
      const owner = await openMysqlReader(location);
      expect(await owner?.refusalToWrite?.()).toBeUndefined();
      await owner?.close();
    });

    test("a server that can only be read is told to be one", async () => {
      const location = await service.newBlackboard();
      await service.query(`grant all on ${databaseOf(location)}.* to guest`);
      await service.query("set global read_only = on");
      try {
        const theirs = serverAt(service.url("guest", databaseOf(location)));
        await expect(openMysqlStore(theirs)).rejects.toEqual(refusal("READ_ONLY", /only be read/));
      } finally {
        await service.query("set global read_only = off");
      }
    });

    test("who reads one moment may be idle for an hour, as with a pipe that nobody empties", async () => {
      const server = mysqlServer(await service.newBlackboard());
      const connection = await server.connect();
      const db = kyselyOnConnection<Database>(server.flavour, connection.run);
      await server.beginMoment(db);
      const { rows } = await sql`select @@session.wait_timeout as seconds`.execute(db);
      expect(rows).toEqual([{ seconds: 3_600 }]);
      await connection.close();
    });

    test("looking makes nothing", async () => {
      const location = await service.newBlackboard();
      expect(await openMysqlReader(location)).toBeUndefined();
      expect(await tablesIn(location)).toEqual([]);
    });

    test.each(["tasks", "blackboard"])("somebody else's table %s is left alone", async (name) => {
      const location = await service.newBlackboard();
      await service.query(`create table ${databaseOf(location)}.${name} (anything text)`);

      await expect(openMysqlStore(location)).rejects.toEqual(
        refusal("STORE_UNAVAILABLE", /tables? of something else/),
      );
      expect(await tablesIn(location)).toEqual([name]);
    });

    test("tables that were half made when somebody was killed are made whole", async () => {
      const statements = [...MYSQL_BLACKBOARD, ...MYSQL_MIGRATIONS.flat()];
      for (const made of statements.keys()) {
        const location = await service.newBlackboard();
        const session = await service.session(location);
        for (const statement of statements.slice(0, made)) await session.query(statement);
        await session.close();

        expect(await openMysqlReader(location)).toBeUndefined();
        const store = await openMysqlStore(location);
        await add(store, ["one"]);
        expect(await store.taskIdsWithPrefix("", 10)).toEqual(["one"]);
        await store.close();
      }
    });

    test("a blackboard of a newer Orchestra is refused, and left as it was", async () => {
      const location = await service.newBlackboard();
      const store = await openMysqlStore(location);
      await add(store, ["one"]);
      await store.close();
      const table = `${databaseOf(location)}.blackboard`;
      await service.query(`update ${table} set schema_version = 99`);

      const newer = refusal("STORE_NEWER", /schema 99/);
      await expect(openMysqlStore(location)).rejects.toEqual(newer);
      await expect(openMysqlReader(location)).rejects.toEqual(newer);
      expect(await service.query(`select * from ${table}`)).toEqual([
        { id: 1, schema_version: 99, version: 1 },
      ]);
    });

    function withPassword(user: string, password: string): string {
      return service.url(user, "granted").replace("@", `:${password}@`);
    }

    async function tablesIn(location: ServerLocation): Promise<unknown[]> {
      const rows = await service.query(
        "select table_name from information_schema.tables where table_schema = ?",
        [databaseOf(location)],
      );
      return rows.map((row) => Object.values(row)[0] as unknown);
    }
  });

function databaseOf(location: ServerLocation): string {
  return new URL(urlOf(location)).pathname.slice(1);
}

/** An error of one line that tells no password. */
function refusal(code: string, words: RegExp): unknown {
  return expect.objectContaining({
    code,
    message: expect.stringMatching(new RegExp(`^(?!.*s3cret)[^\\n]*(${words.source})`)) as unknown,
  });
}
