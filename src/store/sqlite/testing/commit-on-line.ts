import { createInterface } from "node:readline";
import { add } from "../../conformance/builders.ts";
import { openSqliteStore } from "../sqlite-store.ts";
import { printLine } from "./print-line.ts";

/** For each line on standard input, adds the task it names, and prints the time when it was kept. */
const store = openSqliteStore(process.argv[2] ?? "");
for await (const id of createInterface({ input: process.stdin })) {
  await add(store, [id]);
  printLine(Date.now());
}
await store.close();
