import { lstatSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { OrchestraError } from "../core/errors.ts";

/** The path of a file to be made, as typed; what is there is never overwritten. */
export function newFile(cwd: string, typed: string): string {
  const file = resolve(cwd, typed);
  const folder = dirname(file);
  if (lstatSync(file, { throwIfNoEntry: false })) {
    throw new OrchestraError(
      "INVALID_ARGUMENT",
      `${file} is there already. Choose another name, or move it away.`,
    );
  }
  if (lstatSync(folder, { throwIfNoEntry: false })) return file;
  throw new OrchestraError("INVALID_ARGUMENT", `There is no folder ${folder}.`);
}
