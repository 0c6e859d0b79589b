import { createInterface } from "node:readline";
import { add } from "../conformance/builders.ts";
import { printLine } from "./print-line.ts";
import { storeAt } from "./store-at.ts";

/** For each line on standard input, adds the task it names, and prints the time when it was kept. */
const store = await storeAt(process.argv[2] ?? "");
for await (const id of createInterface({ input: process.stdin })) {
  await add(store, [id]);
  printLine(Date.now());
}
await store.close();
