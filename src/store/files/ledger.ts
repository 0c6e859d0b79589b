import { join } from "node:path";
import { EMPTY_STATE } from "../../core/state.ts";
import { applyAll, copyOf } from "../../core/evolve.ts";
import type { RecordedEvent } from "../../core/events.ts";
import type { Blackboard } from "../memory/blackboard.ts";
import { appendTo, giveUp, type Draft } from "../memory/draft.ts";
import { isMissing } from "../is-missing.ts";
import { keepNames, writeDurably } from "./durable-file.ts";
import { makeJournal, openJournal, type Journal } from "./journal.ts";
import { damagedLine, eventsOf, HEADER, lineOf, requireHeader } from "./records.ts";
import { readShown, requireJournal, requireShown, type Shown } from "./shown.ts";

export const JOURNAL_FILE = "journal.jsonl";

/** The blackboard as its journal tells it, kept up with what other processes append. */
export type Ledger = {
  /** The blackboard now; its listeners are told when others have changed it. */
  readonly current: () => Blackboard;
  /**
   * Keeps what was decided, or gives it up and throws. To be called under the lock, on a draft of what
   * `current` returned.
   */
  readonly commit: (draft: Draft) => void;
  /** Puts these events in the place of the journal, which may be long or empty. Under the lock. */
  readonly replace: (events: readonly RecordedEvent[]) => void;
  readonly close: () => void;
};

/** Events in one line of a journal that was written at once. */
const EVENTS_PER_LINE = 100;

type Deps = {
  readonly folder: string;
  readonly file: string;
  readonly use: "read" | "write";
  readonly board: Blackboard;
  journal: Journal;
  /** Lines so far, for whom a damaged one is shown. */
  lines: number;
  /** Whether all that was read of the journal is on the board. */
  isTakenIn: boolean;
};

/** Opens the journal in `folder` to look at it; `undefined` when none was begun yet. */
export function openLedgerIfThere(folder: string): Ledger | undefined {
  const file = join(folder, JOURNAL_FILE);
  // What is shown is read first: a journal that is begun meanwhile is then not missed.
  requireJournal(file, readShown(folder));
  return isMissing(file) ? undefined : openLedger(folder, "read");
}

/** Opens the journal in `folder` and adds it up. */
export function openLedger(folder: string, use: "read" | "write"): Ledger {
  const file = join(folder, JOURNAL_FILE);
  const board: Blackboard = {
    state: copyOf(EMPTY_STATE),
    events: new Map(),
    lease: undefined,
    listeners: new Set(),
  };
  const shown = readShown(folder);
  requireJournal(file, shown);
  if (use === "write") makeJournal(file);
  const journal = openJournal(file, use);
  const deps: Deps = { folder, file, use, board, journal, lines: 0, isTakenIn: true };
  takeIn(deps, shown);
  return {
    current: () => {
      if (catchUp(deps)) for (const listener of board.listeners) listener(undefined);
      return board;
    },
    commit: (draft) => {
      try {
        if (deps.lines === 0) append(deps, HEADER);
        append(deps, lineOf(draft.events));
      } catch (error) {
        giveUp(draft);
        throw error;
      }
      appendTo(board, draft.events);
    },
    replace: (events) => {
      const lines = [HEADER];
      for (let start = 0; start < events.length; start += EVENTS_PER_LINE) {
        lines.push(lineOf(events.slice(start, start + EVENTS_PER_LINE)));
      }
      writeDurably(file, `${lines.join("\n")}\n`);
      keepNames(folder);
    },
    close: () => deps.journal.close(),
  };
}

function append(deps: Deps, line: string): void {
  deps.journal.append(line);
  deps.lines += 1;
}

/** Takes in what is new; whether there was anything. */
function catchUp(deps: Deps): boolean {
  // A damaged line is refused every time, or the next decision would be made without it.
  return deps.isTakenIn && !deps.journal.wasReplaced() ? takeIn(deps) : beginAnew(deps);
}

/** For a journal that somebody put in the place of the one that was read, or may have mended. */
function beginAnew(deps: Deps): boolean {
  const shown = readShown(deps.folder);
  requireJournal(deps.file, shown);
  const replaced = deps.journal;
  deps.journal = openJournal(deps.file, deps.use);
  replaced.close();
  deps.lines = 0;
  deps.board.state = copyOf(EMPTY_STATE);
  deps.board.events.clear();
  return takeIn(deps, shown);
}

/** Whether there was something new. A journal that is read from its beginning holds all that is `shown`. */
function takeIn(deps: Deps, shown: Shown = new Map()): boolean {
  const events: RecordedEvent[] = [];
  const newest = new Map<string, number>();
  deps.isTakenIn = false;
  for (const line of deps.journal.readNew()) {
    deps.lines += 1;
    if (deps.lines === 1) {
      requireHeader(line, deps.file);
      continue;
    }
    for (const event of eventsOf(line, deps.file, deps.lines)) {
      const before =
        newest.get(event.runId) ?? deps.board.events.get(event.runId)?.at(-1)?.seq ?? 0;
      // One that was copied would count twice.
      if (event.seq <= before) throw damagedLine(deps.file, deps.lines);
      newest.set(event.runId, event.seq);
      events.push(event);
    }
  }
  if (events.length > 0) {
    applyAll(deps.board.state, events);
    appendTo(deps.board, events);
  }
  requireShown(deps.file, shown, deps.board);
  deps.isTakenIn = true;
  return events.length > 0;
}
