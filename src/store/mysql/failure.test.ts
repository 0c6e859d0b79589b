import { expect, test } from "vitest";
import { OrchestraError } from "../../core/errors.ts";
import { mysqlFailure } from "./failure.ts";

function failed(particulars: object): Error {
  return Object.assign(new Error("It failed."), particulars);
}

test.each([
  ["a deadlock", { code: "ER_LOCK_DEADLOCK", errno: 1213 }, "conflict"],
  ["a row that another has changed", { code: "ER_CHECKREAD", errno: 1020 }, "conflict"],
  ["a reset", { code: "ECONNRESET", errno: -104 }, "lost"],
  ["a name that is not found just now", { code: "EAI_AGAIN", errno: -3001 }, "lost"],
  ["a server that says nothing", { code: "PROTOCOL_SEQUENCE_TIMEOUT" }, "lost"],
  ["a kill", { code: "ER_CONNECTION_KILLED", errno: 1927, fatal: true }, "lost"],
  ["a shut-down", { code: "ER_SERVER_SHUTDOWN", errno: 1053 }, "lost"],
  ["a closed connection", { fatal: true }, "lost"],
  ["a wrong password", { code: "ER_ACCESS_DENIED_ERROR", errno: 1045, fatal: true }, "final"],
  ["a statement that is wrong", { code: "ER_PARSE_ERROR", errno: 1064 }, "final"],
  ["a column that is not there", { code: "ER_BAD_FIELD_ERROR", errno: 1054 }, "final"],
  ["a key that is there twice", { code: "ER_DUP_ENTRY", errno: 1062 }, "final"],
  ["a server without TLS", { code: "HANDSHAKE_NO_SSL_SUPPORT", fatal: true }, "final"],
  ["a certificate of a stranger", { code: "HANDSHAKE_SSL_ERROR", fatal: true }, "final"],
  ["a reset of TLS", { code: "HANDSHAKE_SSL_ERROR", fatal: true, syscall: "read" }, "lost"],
  ["a bug", {}, "final"],
])("%s: what comes next", (_what, particulars, kind) => {
  expect(mysqlFailure(failed(particulars))).toBe(kind);
});

test("what has been explained is not tried again", () => {
  expect(mysqlFailure(new OrchestraError("STORE_UNAVAILABLE", "No."))).toBe("final");
});
