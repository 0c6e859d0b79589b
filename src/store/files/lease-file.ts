import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { OrchestraError } from "../../core/errors.ts";
import type { DispatcherLease } from "../../core/lease.ts";
import { keepNames, writeDurably } from "./durable-file.ts";

const LEASE_FILE = "dispatcher.json";

export function readLease(folder: string): DispatcherLease | undefined {
  const file = join(folder, LEASE_FILE);
  if (!existsSync(file)) return undefined;
  try {
    // Written whole by `saveLease`, and by nobody else.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return JSON.parse(readFileSync(file, "utf8")) as DispatcherLease;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    const message = `${file} is spoilt. Remove it when no \`orchestra run\` is at work.`;
    throw new OrchestraError("STORE_UNAVAILABLE", message, { cause });
  }
}

/** Saves the lease if the stored term is `expectedTerm`; tells whether it was. Under the lock. */
export function saveLease(
  folder: string,
  lease: DispatcherLease,
  expectedTerm: number | undefined,
): boolean {
  if (readLease(folder)?.term !== expectedTerm) return false;
  const file = join(folder, LEASE_FILE);
  writeDurably(file, `${JSON.stringify(lease, null, 2)}\n`);
  keepNames(dirname(file));
  return true;
}
