import { join } from "node:path";
import { add } from "../../conformance/builders.ts";
import { openSqliteReader, openSqliteStore } from "../sqlite-store.ts";

/** Opens file after file at times agreed with others, so that each is made by several at once. */
const FILES = 25;
const EVERY_MS = 30;

const [folder = "", startMs = "", name = ""] = process.argv.slice(2);
for (let index = 0; index < FILES; index++) {
  while (Date.now() < Number(startMs) + index * EVERY_MS);
  const file = join(folder, `${index}.sqlite`);
  await openSqliteReader(file)?.close();
  const store = openSqliteStore(file);
  await add(store, [name]);
  await store.close();
}
