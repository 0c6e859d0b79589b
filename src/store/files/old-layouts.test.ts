import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { add, assign, work } from "../conformance/builders.ts";
import { shownBy } from "../conformance/whole.ts";
import { openMemoryStore } from "../memory/memory-store.ts";
import { temporaryFolder } from "../sqlite/testing/temporary-file.ts";
import { withHistory } from "../transfer/source.ts";
import { openFilesStore } from "./files-store.ts";
import { JOURNAL_FILE } from "./ledger.ts";

// Files of released programs, which are never written anew: one more of each with every layout.
const LAYOUTS = [1];
const fixture = (name: string): string => join("test/fixtures/blackboards", name);

test.each(LAYOUTS)(
  "a journal and an export of layout %i are read as they were meant",
  async (n) => {
    const folder = join(temporaryFolder(), "blackboard");
    mkdirSync(folder);
    copyFileSync(fixture(`journal-${n}.jsonl`), join(folder, JOURNAL_FILE));
    const store = openFilesStore(folder);
    const tasks = await store.tasksAfter("", 10);
    expect(tasks.map(({ id, state }) => [id, state])).toEqual([
      ["far", "planned"],
      ["one", "complete"],
      ["two", "waiting_human"],
      ["waits", "planned"],
    ]);
    expect((await store.attemptsOf("two")).map(({ state }) => state)).toEqual(["failed"]);

    const other = openMemoryStore();
    const exported = { kind: "file", file: fixture(`history-${n}.jsonl`) } as const;
    await withHistory(exported, other.adopt);
    expect(await shownBy(other)).toEqual(await shownBy(store));
    await add(store, ["next"], 6_000);
    await assign(store, { nowMs: 6_000 });
    await work(store, "next", 6_001);
    expect(await store.task("next")).toMatchObject({ state: "complete" });
    await store.close();
  },
);
