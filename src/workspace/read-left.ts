import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { errnoOf } from "../core/errno.ts";

/** What says nothing of the file: who cannot look must not take it for gone. */
const OF_THE_MACHINE = ["EMFILE", "ENFILE", "ENOMEM", "EIO"];

/**
 * A file of git's as an agent has left it; `undefined` where there is none that can be read. At once:
 * hundreds of them, of some bytes each, are read for each task.
 */
export async function readLeft(path: string): Promise<Buffer | undefined> {
  try {
    return readPlain(path);
  } catch (error) {
    if (OF_THE_MACHINE.includes(errnoOf(error))) throw error;
    return undefined;
  }
}

/** Does not wait for who would write into a pipe. */
function readPlain(path: string): Buffer | undefined {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    return fstatSync(descriptor).isFile() ? readFileSync(descriptor) : undefined;
  } finally {
    closeSync(descriptor);
  }
}
