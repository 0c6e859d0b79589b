import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import { BUGS } from "./planted-bugs.ts";

/** Makes this thread load the source with a bug in it; nothing of `src` may be loaded before. */
export function plantBug(name: string): void {
  const bug = BUGS[name];
  if (!bug) throw new Error(`There is no bug ${name}. Known: ${Object.keys(BUGS).join(", ")}`);
  let isPlanted = false;
  registerHooks({
    load: (url, context, nextLoad) => {
      const loaded = nextLoad(url, context);
      if (!url.startsWith("file:") || !fileURLToPath(url).endsWith(`/${bug.file}`)) return loaded;
      const source =
        typeof loaded.source === "string" ? loaded.source : new TextDecoder().decode(loaded.source);
      if (source.split(bug.right).length !== 2) {
        throw new Error(`${bug.file} does not say ${JSON.stringify(bug.right)} once.`);
      }
      isPlanted = true;
      return { ...loaded, source: source.replace(bug.right, () => bug.wrong) };
    },
  });
  process.once("exit", () => {
    if (!isPlanted) process.exitCode = 70;
  });
}
