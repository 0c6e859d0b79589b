import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { ServerLocation } from "../../config/store-location.ts";
import { add } from "../conformance/builders.ts";
import {
  isPostgresInstalled,
  startPostgres,
  type PostgresService,
} from "../testing/postgres-service.ts";
import { serverAt } from "../testing/server-at.ts";
import { openPostgresReader, openPostgresStore } from "./postgres-store.ts";

describe.skipIf(!isPostgresInstalled && !process.env["CI"])("opening a PostgreSQL store", () => {
  let service: PostgresService;
  beforeAll(async () => {
    service = await startPostgres();
    await service.query("create role secured login password 'right'");
    await service.query("create role guest login");
    await service.query("create role reader login");
    await service.query("alter role reader set default_transaction_read_only = on");
    await service.query("create role lonely login connection limit 0");
    await service.query(
      "create database latin encoding 'LATIN1' template template0 lc_collate 'C' lc_ctype 'C'",
    );
  });
  afterAll(async () => service[Symbol.asyncDispose]());

  test.each([
    [
      "a host that is not there",
      () => "postgres://ada:s3cret@127.0.0.1:1/shop",
      /cannot be reached/,
    ],
    ["a name that is no host", () => "postgres://ada:s3cret@no.invalid/shop", /cannot be reached/],
    ["a socket that is not there", () => "postgres:///shop?host=/nowhere", /cannot be reached/],
    ["no such database", () => service.url("orchestra", "nope"), /no such database.*createdb/],
    ["no such user", () => service.url("nobody"), /cannot be used|does not let this user in/],
    ["a wrong password", () => `${service.url("secured")}&password=s3cret`, /refuses the password/],
    ["no password", () => service.url("secured"), /refuses the password|cannot be used/],
    ["no such schema", () => `${service.url()}&schema=nope`, /schema that does not exist.*"nope"/],
    ["a user without a connection left", () => service.url("lonely"), /no connection left/],
    ["a database for some languages only", () => service.url("orchestra", "latin"), /LATIN1.*UTF8/],
    [
      "a certificate that is not there",
      () => `${service.url()}&sslmode=verify-full&sslrootcert=/nowhere/ca.pem`,
      /cannot be used as a store: ENOENT: .*'\/nowhere\/ca\.pem'\. Correct/,
    ],
    [
      "a server without TLS",
      () => `${service.url()}&sslmode=verify-full`,
      /cannot be used as a store: The server does not support SSL connections\. Correct/,
    ],
  ])("%s is told in one line, with what to do", async (_what, url, words) => {
    await expect(openPostgresStore(serverAt(url()))).rejects.toEqual(
      refusal("STORE_UNAVAILABLE", words),
    );
  });

  test("a server of something else is told by what it says", async () => {
    const url = await serverThatSays("\u0005\0\0\0\n5.5.5-MariaDB");
    await expect(openPostgresStore(serverAt(url))).rejects.toEqual(
      refusal("STORE_UNAVAILABLE", /invalid response: 5\. Correct .*a PostgreSQL server/),
    );
  });

  test.each(["guest", "reader"])("a user who may only look, as %s, is told so", async (user) => {
    const location = await service.newBlackboard();
    if (user === "guest") await service.query(`grant usage on schema ${location.schema} to guest`);
    else await service.query(`grant usage, create on schema ${location.schema} to reader`);
    const theirs = serverAt(`${service.url(user)}&schema=${location.schema}`);

    await expect(openPostgresStore(theirs)).rejects.toEqual(
      refusal("READ_ONLY", /change tables|only be read/),
    );
    expect(await tablesIn(location)).toEqual([]);
  });

  test("a user who may only look at a blackboard hears why, and its owner that there is no reason", async () => {
    const location = await service.newBlackboard();
    await (await openPostgresStore(location)).close();
    const { schema } = location;
    await service.query(`grant usage on schema ${schema} to guest`);
    await service.query(`grant select on all tables in schema ${schema} to guest`);

    const guest = await openPostgresReader(serverAt(`${service.url("guest")}&schema=${schema}`));
    expect(await guest?.refusalToWrite?.()).toMatch(/change tables.*grant select, insert/);
    await guest?.close();
    const owner = await openPostgresReader(location);
    expect(await owner?.refusalToWrite?.()).toBeUndefined();
    await owner?.close();
  });

  test("a user without the right to use the named schema is told so, also for looking", async () => {
    const location = await service.newBlackboard();
    await (await openPostgresStore(location)).close();
    const theirs = serverAt(`${service.url("guest")}&schema=${location.schema}`);

    const refused = refusal(
      "READ_ONLY",
      /usage on schema blackboard_\d+\. .*: grant usage, create/,
    );
    await expect(openPostgresReader(theirs)).rejects.toEqual(refused);
    await expect(openPostgresStore(theirs)).rejects.toEqual(refused);
  });

  test("a user who may not read the tables is told how they may", async () => {
    const location = await service.newBlackboard();
    await (await openPostgresStore(location)).close();
    await service.query(`grant usage on schema ${location.schema} to guest`);
    const theirs = serverAt(`${service.url("guest")}&schema=${location.schema}`);

    await expect(openPostgresReader(theirs)).rejects.toEqual(
      refusal("READ_ONLY", /grant select, insert, update, delete on all tables in schema/),
    );
  });

  test("a user who may use no schema at all is told so, also for looking", async () => {
    await service.query("create database closed");
    const owner = serverAt(`${service.url("orchestra", "closed")}&schema=public`);
    await (await openPostgresStore(owner)).close();
    const session = await service.session(owner);
    await session.query("revoke all on schema public from public");
    await session.close();

    const theirs = serverAt(service.url("guest", "closed"));
    const refused = refusal("READ_ONLY", /search path\. .*: grant usage, create on schema public/);
    await expect(openPostgresReader(theirs)).rejects.toEqual(refused);
    await expect(openPostgresStore(theirs)).rejects.toEqual(refused);
  });

  test("looking makes nothing", async () => {
    const location = await service.newBlackboard();
    expect(await openPostgresReader(location)).toBeUndefined();
    expect(await tablesIn(location)).toEqual([]);
  });

  test.each(["tasks", "blackboard"])("somebody else's table %s is left alone", async (name) => {
    const location = await service.newBlackboard();
    await service.query(`create table ${location.schema}.${name} (anything text)`);

    await expect(openPostgresStore(location)).rejects.toEqual(
      refusal("STORE_UNAVAILABLE", /tables of something else.*schema=orchestra/),
    );
    expect(await tablesIn(location)).toEqual([name]);
  });

  test("a blackboard of a newer Orchestra is refused, and left as it was", async () => {
    const location = await service.newBlackboard();
    const store = await openPostgresStore(location);
    await add(store, ["one"]);
    await store.close();
    await service.query(`update ${location.schema}.blackboard set schema_version = 99`);

    const newer = refusal("STORE_NEWER", /schema 99/);
    await expect(openPostgresStore(location)).rejects.toEqual(newer);
    await expect(openPostgresReader(location)).rejects.toEqual(newer);
    expect(await service.query(`select * from ${location.schema}.blackboard`)).toEqual([
      { id: 1, schema_version: 99, version: "1" },
    ]);
  });

  test("two blackboards in one database do not meet", async () => {
    const left = await openPostgresStore(await service.newBlackboard());
    const right = await openPostgresStore(await service.newBlackboard());
    const heard: unknown[] = [];
    right.watch((events) => heard.push(events), AbortSignal.timeout(60_000));
    expect(await right.taskIdsWithPrefix("", 10)).toEqual([]);

    await add(left, ["one"]);
    await left.close();
    expect(await right.taskIdsWithPrefix("", 10)).toEqual([]);
    expect(heard).toEqual([]);
    await right.close();
  });

  test("a schema may have any name", async () => {
    const name = `o'Brien "s" 😀`;
    await service.query(`create schema "${name.replaceAll('"', '""')}"`);
    const store = await openPostgresStore(
      serverAt(`${service.url()}&schema=${encodeURIComponent(name)}`),
    );
    await add(store, ["one"]);
    expect(await store.taskIdsWithPrefix("", 10)).toEqual(["one"]);
    await store.close();
  });

  async function tablesIn({ schema }: ServerLocation): Promise<unknown[]> {
    const rows = await service.query(
      "select relname from pg_class where relnamespace = $1::regnamespace and relkind = 'r'",
      [schema],
    );
    return rows.map((row) => Object.values(row)[0] as unknown);
  }
});

async function serverThatSays(greeting: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "orchestra-greeting-"));
  const server = createServer((client) => client.on("error", () => undefined).write(greeting));
  server.listen(join(folder, ".s.PGSQL.5432"));
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return `postgres:///shop?host=${folder}&password=s3cret`;
}

/** An error of one line that tells no password. */
function refusal(code: string, words: RegExp): unknown {
  return expect.objectContaining({
    code,
    message: expect.stringMatching(new RegExp(`^(?!.*s3cret)[^\\n]*(${words.source})`)) as unknown,
  });
}
