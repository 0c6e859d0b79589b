import { existsSync } from "node:fs";
import { join } from "node:path";
import { create } from "tar";
import type { RecordedEvent } from "../../core/events.ts";
import { historyOf } from "../event-pages.ts";
import { flush } from "../files/durable-file.ts";
import type { History } from "../history.ts";
import type { StoreReader } from "../store.ts";
import type { HistoryHeader } from "../transfer/format.ts";
import { writeHistory } from "../transfer/write-history.ts";
import { attemptIds, type Leaving } from "./choose.ts";
import { ATTEMPTS_FILE, HISTORY_FILE } from "./layout.ts";

/** Copies all that is known of tasks to a folder; the copy survives a power cut. */
export async function copyLeaving(
  folder: string,
  tasks: readonly Leaving[],
  from: {
    readonly reader: Pick<StoreReader, "snapshot">;
    readonly attempts: string;
    readonly header: HistoryHeader;
  },
): Promise<void> {
  const ids = new Set(tasks.map(({ id }) => id));
  await from.reader.snapshot(async (moment) =>
    writeHistory(join(folder, HISTORY_FILE), from.header, only(historyOf(moment), ids)),
  );
  const names = tasks.flatMap(attemptIds).filter((name) => existsSync(join(from.attempts, name)));
  if (names.length > 0) await packAttempts(join(folder, ATTEMPTS_FILE), from.attempts, names);
}

/** The events of these tasks, and of the runs that they belong to. */
function only(history: History, ids: ReadonlySet<string>): History {
  return async function* some() {
    let opening: RecordedEvent | undefined;
    for await (const events of history()) {
      const kept: RecordedEvent[] = [];
      for (const event of events) {
        if (event.type === "run_created") opening = event;
        if (!("taskId" in event) || !ids.has(event.taskId)) continue;
        if (opening) kept.push(opening);
        opening = undefined;
        kept.push(event);
      }
      yield kept;
    }
  };
}

async function packAttempts(file: string, cwd: string, names: string[]): Promise<void> {
  await create({ file, cwd, gzip: true, portable: true }, names);
  flush(file);
}
