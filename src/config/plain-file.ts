import { readFileSync, statSync } from "node:fs";
import { errnoOf, whyUnreadable } from "../core/errno.ts";
import { OrchestraError } from "../core/errors.ts";

/**
 * The bytes of a file of the configuration; `undefined` where there is none. Throws `INVALID_CONFIG`
 * for what is no plain file: reading a pipe would wait for ever for who writes into it.
 */
export function plainFile(file: string): Buffer | undefined {
  try {
    const stat = statSync(file);
    if (stat.isFile()) return readFileSync(file);
    throw unreadable(file, stat.isDirectory() ? "it is a folder" : "it is no plain file");
  } catch (cause) {
    if (cause instanceof OrchestraError) throw cause;
    if (ABSENT.includes(errnoOf(cause))) return undefined;
    throw unreadable(file, whyUnreadable(cause) ?? "the system refuses it", cause);
  }
}

const ABSENT = ["ENOENT", "ENOTDIR"];

function unreadable(file: string, why: string, cause?: unknown): OrchestraError {
  const message = `Could not read ${file}: ${why}. Put a plain file there, or none.`;
  return new OrchestraError("INVALID_CONFIG", message, { cause });
}
