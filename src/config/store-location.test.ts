import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { storeLocation } from "./store-location.ts";
import { STORE_PARAMETERS } from "./store-parameters.ts";

const PROJECT = { root: "/shop", blackboard: "/shop/.orchestra/blackboard.db" };

test.each([
  [undefined, { kind: "sqlite", file: PROJECT.blackboard }],
  ["sqlite:queue.db", { kind: "sqlite", file: "/shop/queue.db" }],
  ["sqlite:///var/queue.db", { kind: "sqlite", file: "/var/queue.db" }],
  ["sqlite:../a b.db", { kind: "sqlite", file: "/a b.db" }],
  ["files:board", { kind: "files", folder: "/shop/board" }],
  ["memory:", { kind: "memory" }],
  ["postgres://ada@db/shop", { kind: "postgres", url: "postgres://ada@db/shop" }],
  ["postgresql://db/shop", { kind: "postgres", url: "postgresql://db/shop" }],
  ["postgres:///shop?host=/run/pg", { kind: "postgres", schema: undefined }],
  ["mysql://ada@db:3307/shop", { kind: "mysql", url: "mysql://ada@db:3307/shop" }],
  ["mariadb://ada@db/shop", { kind: "mysql", url: "mysql://ada@db/shop" }],
])("the store %j is understood", (url, location) => {
  expect(storeLocation(url, PROJECT)).toMatchObject(location);
});

test("the schema is taken out of what the driver is given", () => {
  expect(storeLocation("postgres://db/shop?sslmode=verify-full&schema=a%20b", PROJECT)).toEqual({
    kind: "postgres",
    url: "postgres://db/shop?sslmode=verify-full",
    place: "postgres://db/shop?sslmode=verify-full&schema=a%20b",
    schema: "a b",
  });
});

test.each([
  ["", /expected postgres/],
  ["queue.db", /expected postgres/],
  ["/var/queue.db", /expected postgres/],
  ["oracle://db/shop", /expected postgres/],
  ["POSTGRES", /expected postgres/],
  ["sqlite:", /expected a path/],
  ["sqlite://", /expected a path/],
  ["files:", /expected a path/],
  ["postgres://db", /names no database/],
  ["postgres://db/", /names no database/],
  ["mysql://db", /names no database/],
  ["postgres://a b/shop", /special characters/],
  ["toString:x", /expected postgres/],
  ["postgres://db/shop?shema=x", /no parameter "shema"; there are schema, sslmode/],
  ["postgresql://db/shop?schema=x&ssl_mode=verify-full", /no parameter "ssl_mode/],
  ["postgres://db/shop?sslmode=verify-full&sslmode=disable", /parameter sslmode twice/],
  ["postgres://db/shop?client_encoding=latin1", /no parameter "client_encoding/],
  ["mysql://db/shop?schema=shop", /no parameter "schema"; there are ssl, socketPath/],
  ["mysql://db/shop?sslmode=verify-full", /no parameter "sslmode/],
  ["mariadb://db/shop?ssl-mode=REQUIRED", /no parameter "ssl-mode/],
  ["mysql://db/shop?multipleStatements=true", /no parameter "multipleStatements/],
  ["sqlite:q.db?mode=ro", /no parameters/],
  ["files:board?mode=ro", /no parameters/],
])("the store %j is refused", (url, words) => {
  expect(() => storeLocation(url, PROJECT)).toThrow(
    expect.objectContaining({
      code: "INVALID_ARGUMENT",
      message: expect.stringMatching(words) as unknown,
    }),
  );
});

test.each(Object.entries(STORE_PARAMETERS))(
  "each parameter of %s is taken, and documented",
  (kind, names) => {
    const docs = readFileSync(new URL("../../docs/stores.md", import.meta.url), "utf8");
    for (const name of names) {
      expect(storeLocation(`${kind}://db/shop?${name}=1`, PROJECT)).toMatchObject({ kind });
      expect(docs).toMatch(new RegExp(`[\`?]${name}[\`=]`));
    }
  },
);

test.each([
  ["require", "verify-full"],
  ["verify-ca", "verify-full"],
  ["disable", "disable"],
  ["require&uselibpqcompat=true", "require&uselibpqcompat=true"],
])("a wish for TLS is as safe as the driver has it, without its warning: %s", (given, asked) => {
  expect(storeLocation(`postgres://db/shop?sslmode=${given}`, PROJECT)).toMatchObject({
    url: `postgres://db/shop?sslmode=${asked}`,
    place: expect.stringContaining(`sslmode=${given.split("&")[0]}`) as unknown,
  });
});

test.each([
  "postgres://ada:s3cret@db/shop",
  "postgres://ada:s3cret@db/shop?schema=x",
  "postgres://ada@db/shop?password=s3cret",
  "postgres://ada@db/shop?ssl=1&password=s3cret&schema=x",
  "postgres://ada:@s3cret@db/shop",
  "postgres://ada:/s3cret@db/shop",
  "postgres://ada:s3cret@db",
  "postgres:ada:s3cret@db/shop",
  "mysql://ada:a:s3cret/?#@db/shop",
  "postgres://ada:1/a?s3cret@db/shop",
  "mysql://ada:1/a?s3cret&more@db/shop",
  "oracle://ada:s3cret@db/shop",
  "postgresql+psycopg://ada:s3cret@db/shop",
  "://ada:s3cret@db/shop",
  "//ada:s3cret@postgres/shop",
  "ada:s3cret@postgres/shop",
  "postgres//ada:s3cret@db/shop",
  "postgres://ada@db/shop?passwrd=s3cret",
  'mysql://ada@db/shop?ssl={"passphrase":"s3cret"}',
])("the password in %j is never told", (url) => {
  let told: string;
  try {
    const location = storeLocation(url, PROJECT);
    told = "place" in location ? location.place : "";
  } catch (error) {
    told = String(error);
  }
  expect(told).toMatch(/postgres|mysql|oracle/);
  expect(told).not.toContain("s3cret");
});
