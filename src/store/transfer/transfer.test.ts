import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { assert, asyncProperty, nat } from "fast-check";
import { describe, expect, test } from "vitest";
import type { OrchestraError } from "../../core/errors.ts";
import type { RecordedEvent } from "../../core/events.ts";
import { someMoves } from "../../core/testing/moves.ts";
import { add } from "../conformance/builders.ts";
import { play } from "../conformance/random-history.ts";
import { aLife, shownBy } from "../conformance/whole.ts";
import { historyOf } from "../event-pages.ts";
import { openFilesStore } from "../files/files-store.ts";
import { openMemoryStore } from "../memory/memory-store.ts";
import { openSqliteReader, openSqliteStore } from "../sqlite/sqlite-store.ts";
import { temporaryFile, temporaryFolder } from "../sqlite/testing/temporary-file.ts";
import type { Store } from "../store.ts";
import { backUpTo, exportTo } from "./back-up.ts";
import { withHistory } from "./source.ts";
import { writeHistory } from "./write-history.ts";

const HEADER = { program: "1.2.3", exportedAtMs: 4_000 };

async function takeOver(store: Store, file: string): Promise<void> {
  await withHistory({ kind: "file", file }, store.adopt);
}

/** A file with the history of `aLife`. */
async function exported(name = "history.jsonl"): Promise<string> {
  const store = openMemoryStore();
  await aLife(store);
  const file = join(temporaryFolder(), name);
  await exportTo(file, store, HEADER);
  return file;
}

const KINDS = {
  memory: () => openMemoryStore(),
  SQLite: () => openSqliteStore(temporaryFile()),
  files: () => openFilesStore(temporaryFolder()),
} as const;
const PAIRS = Object.keys(KINDS).flatMap((from) => Object.keys(KINDS).map((to) => [from, to]));

test.each(PAIRS)("any history moves from %s to %s without loss", async (from, to) => {
  const [openFrom, openTo] = [KINDS[from as keyof typeof KINDS], KINDS[to as keyof typeof KINDS]];
  const folder = temporaryFolder();
  let count = 0;
  const property = asyncProperty(someMoves(60), async (steps) => {
    const [source, target] = [openFrom(), openTo()];
    await play(source, steps);
    const file = join(folder, `${(count += 1)}.jsonl${count % 2 === 0 ? ".gz" : ""}`);
    await exportTo(file, source, HEADER);
    await takeOver(target, file);
    expect(await shownBy(target)).toEqual(await shownBy(source));
    expect(await target.flaws()).toEqual([]);
    await Promise.all([source.close(), target.close()]);
  });
  await assert(property, { numRuns: 8 });
});

test("an export is JSON lines: what it is, every event, and its end", async () => {
  const file = await exported();
  const lines = readFileSync(file, "utf8").split("\n");
  expect(lines.pop()).toBe("");
  const [header, ...rest] = lines.map((line) => JSON.parse(line) as RecordedEvent);
  expect(header).toEqual({ orchestra: "history", version: 1, ...HEADER });
  expect(rest.pop()).toMatchObject({ orchestra: "end", runs: 2, events: rest.length });
  expect(rest.map(({ runId }) => runId).toSorted()).toEqual(rest.map(({ runId }) => runId));
});

test("an export whose name says so is compressed", async () => {
  const [plain, compressed] = [await exported(), await exported("history.jsonl.gz")];
  expect(gunzipSync(readFileSync(compressed))).toEqual(readFileSync(plain));
});

/** The events that a file holds, as lines that may be changed, closed with a right end. */
function rewritten(file: string, change: (lines: string[]) => string[]): void {
  const lines = readFileSync(file, "utf8").trimEnd().split("\n").slice(0, -1);
  const kept = change(lines).map((line) => `${line}\n`);
  const runs = kept.filter((line) => line.includes('"run_created"')).length;
  const sha256 = createHash("sha256").update(kept.join("")).digest("hex");
  const end = { orchestra: "end", runs, events: kept.length - 1, sha256 };
  writeFileSync(file, `${kept.join("")}${JSON.stringify(end)}\n`);
}

function replaceIn(line: number, from: string | RegExp, to: string) {
  return (lines: string[]): string[] =>
    lines.map((text, index) => (index === line - 1 ? text.replace(from, to) : text));
}

/** Why a file was refused; an empty blackboard is as empty as before. */
async function refusalOf(file: string): Promise<string> {
  const target = openSqliteStore(temporaryFile());
  const refusal = await takeOver(target, file).then(
    () => new Error("It was taken over."),
    (error: unknown) => error as OrchestraError,
  );
  expect(refusal).toMatchObject({ code: "INVALID_FILE" });
  expect(refusal.message).toMatch(file);
  expect(await target.runs()).toEqual([]);
  await target.close();
  return refusal.message;
}

describe("a file is refused, and nothing is changed,", () => {
  test.each([
    ["is empty", ""],
    ["is no blackboard", "Dear diary\n"],
    ["is no blackboard", '{"orchestra":"blackboard","version":1}\n'],
    ["is no blackboard", "x".repeat(100_000)],
    ["is no blackboard", "\0\u0001\u0002\n\0"],
    ["is no blackboard", "[]\n"],
    ["newer Orchestra", '{"orchestra":"history","version":2,"program":"9","exportedAtMs":1}\n'],
    ["was cut", '{"orchestra":"history","version":1,"program":"9","exportedAtMs":1}\n'],
  ])("when it %s", async (words, text) => {
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, text);
    expect(await refusalOf(file)).toMatch(words);
  });

  test("when it is not there, or is a folder", async () => {
    const file = join(temporaryFolder(), "file");
    expect(await refusalOf(file)).toMatch("does not exist");
    mkdirSync(file);
    expect(await refusalOf(file)).toMatch("is a folder");
  });

  test("wherever it was cut", async () => {
    const whole = readFileSync(await exported());
    const property = asyncProperty(nat(whole.length - 2), async (length) => {
      const file = join(temporaryFolder(), "cut");
      writeFileSync(file, whole.subarray(0, length));
      expect(await refusalOf(file)).toMatch(/cut|is empty|is no blackboard/);
    });
    await assert(property, { numRuns: 60 });
  });

  test("wherever it was cut when it is compressed", async () => {
    const file = await exported("history.jsonl.gz");
    const { length } = readFileSync(file);
    for (const bytes of [length - 1, length - 9, Math.floor(length / 2), 12]) {
      truncateSync(file, bytes);
      expect(await refusalOf(file)).toMatch(/was cut|is damaged/);
    }
  });

  test("whichever byte of it was changed", async () => {
    const whole = readFileSync(await exported());
    const property = asyncProperty(nat(whole.length - 1), nat(254), async (place, change) => {
      const file = join(temporaryFolder(), "changed");
      const bytes = Buffer.from(whole);
      bytes[place] = ((bytes[place] ?? 0) + 1 + change) % 256;
      writeFileSync(file, bytes);
      expect(await refusalOf(file)).not.toBe("");
    });
    await assert(property, { numRuns: 60 });
  });

  test("when something comes after its end", async () => {
    const file = await exported();
    writeFileSync(file, readFileSync(file, "utf8").repeat(2));
    expect(await refusalOf(file)).toMatch("goes on after its end");
  });

  test.each([
    ["event that is unknown", replaceIn(3, "task_added", "task_paused"), "no event that is known"],
    ["event that says more", replaceIn(3, "{", '{"urgent":true,'), "no event that is known"],
    ["event that lacks something", replaceIn(3, /"atMs":\d+,?/, ""), "no event that is known"],
    ["line that is no event", replaceIn(3, /.*/, "3"), "no event that is known here in line 3"],
    ["run without a beginning", (lines: string[]) => lines.toSpliced(1, 1), "has no beginning"],
    ["run that begins twice", (lines: string[]) => [...lines, lines[1] ?? ""], "begins twice"],
    ["task that was never added", (lines: string[]) => lines.toSpliced(2, 1), "never added"],
    [
      "task that is added twice",
      (lines: string[]) => lines.toSpliced(3, 0, lines[2] ?? ""),
      "comes after",
    ],
    ["number out of its order", replaceIn(4, /"seq":\d+/, '"seq":1'), "comes after"],
    [
      "id that leads out of its folder",
      (lines: string[]) => lines.map((line) => line.replaceAll('"far"', '"../far"')),
      "cannot be one",
    ],
  ])("when it has an %s", async (_what, change, words) => {
    const file = await exported();
    rewritten(file, change);
    expect(await refusalOf(file)).toMatch(words);
  });

  test("when the blackboard is not empty", async () => {
    const target = openSqliteStore(temporaryFile());
    await add(target, ["mine"]);
    const before = await shownBy(target);
    await expect(takeOver(target, await exported())).rejects.toMatchObject({
      code: "STORE_NOT_EMPTY",
    });
    expect(await shownBy(target)).toEqual(before);
    await target.close();
  });
});

test("a file that fits after it was rewritten is taken over: the tests change what they say", async () => {
  const file = await exported();
  rewritten(file, (lines) => lines);
  const target = openMemoryStore();
  await takeOver(target, file);
  expect(await target.taskIdsWithPrefix("", 10)).toEqual(["far", "one", "two", "waits"]);
});

test("an export that cannot be finished leaves no file", async () => {
  const folder = temporaryFolder();
  const file = join(folder, "history.jsonl");
  const failing = writeHistory(file, HEADER, async function* broken() {
    yield* historyOf(openMemoryStore())();
    throw new RangeError("lost");
  });
  await expect(failing).rejects.toThrow(new RangeError("lost"));
  expect(() => readFileSync(file)).toThrow("ENOENT");
  expect(() => readFileSync(`${file}.partial`)).toThrow("ENOENT");
});

test("a backup of SQLite is a database that can be opened in its place, or taken over", async () => {
  const file = temporaryFile();
  const store = openSqliteStore(file);
  await aLife(store);
  const backup = join(temporaryFolder(), "backup.db");
  const location = { kind: "sqlite", file } as const;
  expect(await backUpTo(backup, store, { location, header: HEADER })).toBe("database");
  const before = await shownBy(store);
  await add(store, ["later"]);

  const reader = openSqliteReader(backup);
  expect(await reader?.tasksAfter("", 10)).toEqual(await tasksOf(before));
  await reader?.close();
  const files = openFilesStore(temporaryFolder());
  await takeOver(files, backup);
  expect(await shownBy(files)).toEqual(before);
  const restored = openSqliteStore(backup);
  expect(await shownBy(restored)).toEqual(before);
  expect(await restored.flaws()).toEqual([]);
  await Promise.all([store, files, restored].map(async (one) => one.close()));
});

function tasksOf(shown: unknown): unknown {
  return (shown as { readonly tasks: unknown }).tasks;
}

test("a backup of another store, or with a compressed name, is an export", async () => {
  const file = temporaryFile();
  const store = openSqliteStore(file);
  await aLife(store);
  const backup = join(temporaryFolder(), "backup.jsonl.gz");
  const location = { kind: "sqlite", file } as const;
  expect(await backUpTo(backup, store, { location, header: HEADER })).toBe("history");
  const other = openMemoryStore();
  await takeOver(other, backup);
  expect(await shownBy(other)).toEqual(await shownBy(store));
  await store.close();
});
