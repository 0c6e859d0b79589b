import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import type { LifeRecord } from "../../core/limits.ts";

const FILE = "life.json";

const lifeRecord = z.object({
  startedAwakeMs: z.number(),
  lastOutputAwakeMs: z.number(),
  outputBytes: z.number(),
});

/** The record in an attempt's folder; a new one, kept at once, when there is none or it is torn. */
export async function readLife(folder: string, awakeMs: number): Promise<LifeRecord> {
  const text = await readFile(join(folder, FILE), "utf8").catch(() => "");
  const known = lifeRecord.safeParse(parsedOrNull(text));
  // A machine that was booted again has been awake for less than the record says.
  if (known.success && known.data.startedAwakeMs <= awakeMs) return known.data;
  const fresh = { startedAwakeMs: awakeMs, lastOutputAwakeMs: awakeMs, outputBytes: 0 };
  await writeLife(folder, fresh);
  return fresh;
}

export async function writeLife(folder: string, record: LifeRecord): Promise<void> {
  const file = join(folder, FILE);
  await writeFile(`${file}.new`, JSON.stringify(record));
  await rename(`${file}.new`, file);
}

function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
