import { chmodSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { add } from "../conformance/builders.ts";
import { openSqliteReader, openSqliteStore } from "./sqlite-store.ts";
import { storeError } from "./store-error.ts";
import { startProgram } from "../testing/start-program.ts";
import { temporaryFile, temporaryFolder } from "./testing/temporary-file.ts";

test("a blackboard is there again when it is opened again", async () => {
  const file = temporaryFile();
  for (const id of ["one", "two", "three"]) {
    const store = openSqliteStore(file);
    await add(store, [id]);
    await store.close();
  }
  const reader = openSqliteReader(file);
  expect(await reader?.taskIdsWithPrefix("", 10)).toEqual(["one", "three", "two"]);
  await reader?.close();
});

test("looking for a blackboard that is not there does not make one", async () => {
  const file = temporaryFile();
  expect(openSqliteReader(file)).toBeUndefined();
  expect(openSqliteReader(file)).toBeUndefined();
});

test("a file that another process has just made is no blackboard yet", async () => {
  const file = temporaryFile();
  writeFileSync(file, "");
  expect(openSqliteReader(file)).toBeUndefined();
});

test("a blackboard of a newer Orchestra is refused, and left as it was", async () => {
  const file = await aBlackboard();
  const database = new DatabaseSync(file);
  database.exec("pragma user_version = 99; pragma wal_checkpoint(truncate)");
  database.close();
  const before = readFileSync(file);

  const newer = { code: "STORE_NEWER", message: expect.stringContaining("schema 99") as unknown };
  expect(() => openSqliteStore(file)).toThrow(expect.objectContaining(newer));
  expect(() => openSqliteReader(file)).toThrow(expect.objectContaining(newer));
  expect(readFileSync(file)).toEqual(before);
});

test("a file that is no blackboard is refused, and left as it was", async () => {
  const file = temporaryFile();
  for (const content of ["hello", "SQLite format 3\0 but not really", "x".repeat(10_000)]) {
    writeFileSync(file, content);
    const unavailable = refusal("STORE_UNAVAILABLE", "damaged or no blackboard");
    expect(() => openSqliteStore(file)).toThrow(unavailable);
    expect(() => openSqliteReader(file)).toThrow(unavailable);
    expect(readFileSync(file, "utf8")).toBe(content);
  }
});

test("what SQLite says is told where nothing about the file explains it", async () => {
  const file = await aBlackboard();
  const refused = Object.assign(new Error("disk I/O error"), { errcode: 10 });
  expect(storeError(refused, file)).toEqual(
    refusal("STORE_UNAVAILABLE", `Could not use ${file}: disk I/O error. Try again`),
  );
});

test("a blackboard that was cut short is refused", async () => {
  for (const bytes of [100, 4_096, 12_288]) {
    const file = await aBlackboard();
    truncateSync(file, bytes);
    expect(() => openSqliteStore(file)).toThrow(refusal("STORE_UNAVAILABLE", "damaged"));
  }
});

test("a page that is damaged later is told when it is read", async () => {
  const file = await aBlackboard();
  const content = readFileSync(file);
  writeFileSync(file, Buffer.concat([content.subarray(0, 4_096), content.subarray(4_096).fill(7)]));
  const reader = openSqliteReader(file);

  await expect(reader?.tasks({ limit: 10 })).rejects.toThrow(refusal("STORE_UNAVAILABLE", file));
  await reader?.close();
});

test("a folder in its place, or no folder around it, is named", async () => {
  const folder = temporaryFolder();
  const inPlace = join(folder, "blackboard.sqlite");
  mkdirSync(inPlace);
  expect(() => openSqliteStore(inPlace)).toThrow(refusal("STORE_UNAVAILABLE", "is a folder"));
  expect(() => openSqliteReader(inPlace)).toThrow(refusal("STORE_UNAVAILABLE", "is a folder"));
  const nowhere = join(folder, "missing", "blackboard.sqlite");
  expect(() => openSqliteStore(nowhere)).toThrow(refusal("STORE_UNAVAILABLE", "no folder"));
});

test("a blackboard that may only be read is refused, for looking too: SQLite needs its folder", async () => {
  const file = await aBlackboard();
  chmodSync(dirname(file), 0o755);
  chmodSync(file, 0o444);
  for (const mode of ["write", "read"]) {
    const { stdout, stderr } = await startProgram("sqlite/testing/as-stranger", [file, mode]);
    expect({ stdout, stderr }).toEqual({
      stdout: ["READ_ONLY", expect.stringContaining("Make it and its folder writable")],
      stderr: [],
    });
  }
});

test("a blackboard in a folder that may not be looked into is not taken for none", async () => {
  const file = await aBlackboard();
  chmodSync(dirname(file), 0o000);
  for (const mode of ["write", "read"]) {
    const { stdout, stderr } = await startProgram("sqlite/testing/as-stranger", [file, mode]);
    expect({ stdout, stderr }).toEqual({
      stdout: ["READ_ONLY", expect.stringContaining("Make it and its folder writable")],
      stderr: [],
    });
  }
});

test("a folder that may only be read refuses a new blackboard", async () => {
  const folder = temporaryFolder();
  chmodSync(folder, 0o555);
  const { stdout, stderr } = await startProgram("sqlite/testing/as-stranger", [
    join(folder, "new.sqlite"),
  ]);
  expect({ stdout, stderr }).toMatchObject({
    stdout: ["READ_ONLY", expect.anything()],
    stderr: [],
  });
});

/** A blackboard with one task, closed. */
async function aBlackboard(): Promise<string> {
  const file = temporaryFile();
  const store = openSqliteStore(file);
  await add(store, ["one"]);
  await store.close();
  return file;
}

function refusal(code: string, text: string): unknown {
  return expect.objectContaining({ code, message: expect.stringContaining(text) as unknown });
}
