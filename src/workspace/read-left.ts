import { readFile } from "node:fs/promises";
import { errnoOf } from "../core/errno.ts";

/** What says nothing of the file: who cannot look must not take it for gone. */
const OF_THE_MACHINE = ["EMFILE", "ENFILE", "ENOMEM", "EIO"];

/** A file of git's as an agent has left it; `undefined` where there is none that can be read. */
export async function readLeft(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (OF_THE_MACHINE.includes(errnoOf(error))) throw error;
    return undefined;
  }
}
