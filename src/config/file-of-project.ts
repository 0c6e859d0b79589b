import { realpathSync } from "node:fs";
import { resolve, sep } from "node:path";

/** The real path of a file of the project; `undefined` where dots or links lead out of it. Throws where there is none. */
export function fileOfProject(root: string, file: string): string | undefined {
  const real = realpathSync(resolve(root, file));
  return real.startsWith(realpathSync(root) + sep) ? real : undefined;
}
