import { existsSync, readFileSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { OrchestraError } from "../../core/errors.ts";
import type { Blackboard } from "../memory/blackboard.ts";
import { isMissing } from "../is-missing.ts";
import { writeDurably } from "./durable-file.ts";

/** By run, the last of its events that the files of the tasks show. */
export type Shown = ReadonlyMap<string, number>;

const SHOWN_FILE = "tasks.upto";

/** One that is torn or gone shows nothing: every file of a task is then written once more. */
export function readShown(folder: string): Shown {
  const file = join(folder, SHOWN_FILE);
  if (!existsSync(file)) return new Map();
  const lines = readFileSync(file, "utf8").matchAll(/^(\S+) (\d+)$/gm);
  return new Map([...lines].map(([, runId = "", seq]) => [runId, Number(seq)]));
}

/** The files of the tasks show all that is on the board. */
export function saveShown(folder: string, { events }: Blackboard): void {
  const lines = [...events].map(([runId, log]) => `${runId} ${log.at(-1)?.seq ?? 0}\n`);
  writeDurably(join(folder, SHOWN_FILE), lines.join(""));
}

export function forgetShown(folder: string): void {
  rmSync(join(folder, SHOWN_FILE), { force: true });
}

/** Throws when there is no journal, and one has been shown. */
export function requireJournal(file: string, shown: Shown): void {
  if (shown.size > 0 && isMissing(file)) throw damaged(file, `${file} is gone`);
}

/**
 * Throws when the board, read from the journal `file`, lacks events that were shown. They are shown
 * only once they are in the journal, and the last event of a run never leaves it; so whoever reads
 * what is shown first, and then the journal, finds all of it there unless somebody took it away.
 */
export function requireShown(file: string, shown: Shown, { events }: Blackboard): void {
  for (const [runId, seq] of shown) {
    const last = events.get(runId)?.at(-1)?.seq ?? 0;
    if (last >= seq) continue;
    throw damaged(
      file,
      `${file} has lost its end: event ${last} of run ${runId} came before ${seq}`,
    );
  }
}

function damaged(file: string, what: string): OrchestraError {
  const folder = dirname(file);
  return new OrchestraError(
    "STORE_UNAVAILABLE",
    `${what}. Nothing was changed. Move ${folder} away, and restore a copy of it or import a backup; or, to go on with what is left, move tasks and ${SHOWN_FILE} out of ${basename(folder)}.`,
  );
}
