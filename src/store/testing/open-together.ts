import { add } from "../conformance/builders.ts";
import { readerAt, storeAt } from "./store-at.ts";

/** Opens store after store at times agreed with others, so that each is made by several at once. */
const EVERY_MS = 30;

const [startMs = "", name = "", ...urls] = process.argv.slice(2);
for (const [index, url] of urls.entries()) {
  while (Date.now() < Number(startMs) + index * EVERY_MS);
  await (await readerAt(url))?.close();
  const store = await storeAt(url);
  await add(store, [name]);
  await store.close();
}
