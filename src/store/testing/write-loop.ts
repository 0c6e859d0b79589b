import { add } from "../conformance/builders.ts";
import { printLine } from "./print-line.ts";
import { storeAt } from "./store-at.ts";

/** Adds task after task, some at the same time, and prints the id of each one that is kept. */
const AT_ONCE = 4;

const [url = "", name = "", count = "0"] = process.argv.slice(2);
const store = await storeAt(url);
for (let index = 0; index < Number(count); index += AT_ONCE) {
  const ids = Array.from({ length: AT_ONCE }, (_, offset) => `${name}-${index + offset}`);
  await Promise.all(
    ids.map(async (id) => {
      await add(store, [id]);
      printLine(id);
    }),
  );
}
await store.close();
