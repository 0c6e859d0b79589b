import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod/mini";
import type { LifeRecord } from "../../core/limits.ts";

const FILE = "life.json";

const lifeRecord = z.object({
  startedAwakeMs: z.number(),
  lastOutputAwakeMs: z.number(),
  outputBytes: z.number(),
});

/** The record in an attempt's folder; a new one when there is none of this boot, or it is torn. */
export function readLife(folder: string, awakeMs: number): LifeRecord {
  const text = readIfThere(join(folder, FILE));
  const known = lifeRecord.safeParse(parsedOrNull(text));
  // A machine that was booted again has been awake for less than the record says.
  if (known.success && known.data.startedAwakeMs <= awakeMs) return known.data;
  return { startedAwakeMs: awakeMs, lastOutputAwakeMs: awakeMs, outputBytes: 0 };
}

export async function writeLife(folder: string, record: LifeRecord): Promise<void> {
  const file = join(folder, FILE);
  writeFileSync(`${file}.new`, JSON.stringify(record));
  renameSync(`${file}.new`, file);
}

function readIfThere(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
