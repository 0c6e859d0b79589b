import { createHash } from "node:crypto";
import { createWriteStream, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { OrchestraError } from "../../core/errors.ts";
import { keepNames } from "../files/durable-file.ts";
import { fileError } from "../files/file-error.ts";
import type { History } from "../history.ts";
import { COMPRESSED, FORMAT_VERSION, type HistoryCounts, type HistoryHeader } from "./format.ts";

/** Has `write` make the file under another name, so that under its own it is whole or not there. */
export async function writeWhole(
  file: string,
  write: (unseen: string) => Promise<void>,
): Promise<void> {
  const unseen = `${file}.partial`;
  try {
    rmSync(unseen, { force: true });
    await write(unseen);
    renameSync(unseen, file);
    keepNames(dirname(file));
  } catch (error) {
    rmSync(unseen, { force: true });
    throw error instanceof OrchestraError ? error : fileError(error, file);
  }
}

/** Writes a history to a new file, compressed if its name says so; it survives a power cut then. */
export async function writeHistory(
  file: string,
  header: HistoryHeader,
  history: History,
): Promise<HistoryCounts> {
  const counts = { runs: 0, events: 0 };
  await writeWhole(file, async (unseen) => {
    const lines = Readable.from(linesOf(header, history, counts));
    const target = createWriteStream(unseen, { flush: true });
    if (file.endsWith(COMPRESSED)) await pipeline(lines, createGzip(), target);
    else await pipeline(lines, target);
  });
  return counts;
}

/** Writes a history to a stream that stays open. */
export async function printHistory(
  target: Writable,
  header: HistoryHeader,
  history: History,
): Promise<HistoryCounts> {
  const counts = { runs: 0, events: 0 };
  await pipeline(Readable.from(linesOf(header, history, counts)), target, { end: false });
  return counts;
}

/** Many lines at a time. Counts as it goes. */
async function* linesOf(
  header: HistoryHeader,
  history: History,
  counts: { runs: number; events: number },
): AsyncGenerator<string> {
  const sum = createHash("sha256");
  const summed = (text: string): string => {
    sum.update(text);
    return text;
  };
  yield summed(lineOf({ orchestra: "history", version: FORMAT_VERSION, ...header }));
  for await (const events of history()) {
    counts.runs += events.filter(({ type }) => type === "run_created").length;
    counts.events += events.length;
    yield summed(events.map(lineOf).join(""));
  }
  yield lineOf({ orchestra: "end", ...counts, sha256: sum.digest("hex") });
}

function lineOf(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
