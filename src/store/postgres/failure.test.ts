import { expect, test } from "vitest";
import { OrchestraError } from "../../core/errors.ts";
import { explainConnecting, explainPostgres, postgresFailure } from "./failure.ts";

function failed(particulars: object): Error {
  return Object.assign(new Error("It failed."), particulars);
}

test.each([
  ["a deadlock", { code: "40P01" }, "conflict"],
  ["a serialization failure", { code: "40001" }, "conflict"],
  ["a reset", { code: "ECONNRESET" }, "lost"],
  ["a name that is not found just now", { code: "EAI_AGAIN" }, "lost"],
  ["a connection that is terminated", { code: "57P01" }, "lost"],
  ["a server that is starting", { code: "57P03" }, "lost"],
  ["a connection exception of any kind", { code: "08006" }, "lost"],
  ["a frozen transaction that was ended", { code: "25P03" }, "lost"],
  ["a server that says nothing", { message: "Query read timeout" }, "lost"],
  ["a closed connection", { message: "Connection terminated unexpectedly" }, "lost"],
  ["a wrong password", { code: "28P01" }, "final"],
  ["a statement that is wrong", { code: "42601" }, "final"],
  ["a key that is there twice", { code: "23505" }, "final"],
  ["a lock that was not had in time", { code: "55P03" }, "final"],
  ["a bug", {}, "final"],
])("%s: what comes next", (_what, particulars, kind) => {
  expect(postgresFailure(failed(particulars))).toBe(kind);
});

test("what has been explained is not tried again", () => {
  expect(postgresFailure(new OrchestraError("STORE_UNAVAILABLE", "No."))).toBe("final");
});

test("a schema that may no longer be used is told with the right that it takes", () => {
  const location = { kind: "postgres", url: "", place: "postgres://db/shop", schema: "x" } as const;
  expect(explainPostgres(failed({ code: "3F000" }), location)).toMatchObject({
    code: "READ_ONLY",
    message: expect.stringContaining("grant usage, create on schema x to USER") as unknown,
  });
});

test.each(["postgres://ada:a%40b@db/shop", "postgres://db/shop?password=a%40b"])(
  "a driver that says the password of %s is not repeated",
  (url) => {
    const location = { kind: "postgres", url, place: "postgres://db/shop", schema: "x" } as const;
    expect(explainConnecting(failed({ message: "a@b or a%40b?" }), location)).toMatchObject({
      message: expect.stringMatching(/^[^@%]*$/) as unknown,
    });
  },
);
