import { rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { OrchestraError } from "../../core/errors.ts";
import { flush } from "../files/durable-file.ts";
import { openForReading } from "./open-sqlite.ts";
import { storeError } from "./store-error.ts";

/**
 * Copies a blackboard as it is at one moment to a file that is not there yet. Who writes meanwhile does
 * not wait. The copy is read to its end before it is called one.
 */
export function copySqlite(file: string, copy: string): void {
  const source = openForReading(file);
  if (!source) throw new OrchestraError("STORE_UNAVAILABLE", `${file} has just gone.`);
  try {
    source.prepare("vacuum into ?").run(copy);
  } catch (error) {
    rmSync(`${copy}-journal`, { force: true });
    throw storeError(error, copy);
  } finally {
    source.close();
  }
  requireWhole(copy);
  flush(copy);
}

function requireWhole(copy: string): void {
  const database = new DatabaseSync(copy, { readOnly: true });
  try {
    const found = database.prepare("pragma quick_check(1)").get()?.["quick_check"];
    if (found === "ok") return;
    throw new OrchestraError(
      "STORE_UNAVAILABLE",
      `The copy came out damaged (${String(found)}), and so may be the blackboard. \`orchestra doctor\` tells more.`,
    );
  } finally {
    database.close();
  }
}
