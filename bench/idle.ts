import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openSqliteStore } from "../src/store/sqlite/sqlite-store.ts";

/** What a process that only waits for changes of the blackboard costs. */
const WARM_UP_MS = 500;
const MEASURED_MS = 3_000;

const folder = mkdtempSync(join(tmpdir(), "orchestra-bench-"));
const store = openSqliteStore(join(folder, "blackboard.sqlite"));
const over = new AbortController();
let hints = 0;
store.watch(() => void hints++, over.signal);
await sleep(WARM_UP_MS);

const before = process.cpuUsage();
await sleep(MEASURED_MS);
const { user, system } = process.cpuUsage(before);
const percent = (user + system) / 1_000 / MEASURED_MS / 0.01;
console.log(`idle watcher: ${percent.toFixed(2)} % of a core over ${MEASURED_MS / 1_000} s`);
if (hints > 0) console.log(`It was not idle: ${hints} hints.`);

over.abort();
await store.close();
rmSync(folder, { recursive: true });
