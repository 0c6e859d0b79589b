import type { SourceStatus } from "../source-task.ts";

const WORDS: Readonly<Record<SourceStatus, string>> = {
  closed:
    "done complete completed closed finished merged resolved fixed cancelled canceled abandoned wontfix notplanned duplicate superseded archived tombstone deleted",
  deferred: "deferred postponed onhold later backlog someday icebox",
  open: "open todo pending ready planned new notstarted inprogress active doing started running review inreview rework blocked failed queued hooked waiting waitinghuman awaitingqa",
};

const STATUSES: readonly SourceStatus[] = ["closed", "deferred", "open"];

const BY_WORD: ReadonlyMap<string, SourceStatus> = new Map(
  STATUSES.flatMap((status) => WORDS[status].split(" ").map((word) => [word, status] as const)),
);

/** What a tracker's word for a status means here; `undefined` when nobody can tell. */
export function statusOf(word: string): SourceStatus | undefined {
  return BY_WORD.get(word.toLowerCase().replace(/[^a-z]/g, ""));
}

const URGENCIES: ReadonlyMap<string, number> = new Map(
  [
    "critical urgent highest p0",
    "high p1",
    "medium normal p2",
    "low p3",
    "lowest trivial p4",
  ].flatMap((words, step) => words.split(" ").map((word) => [word, 9 - 2 * step] as const)),
);

/** A tracker's word for how urgent something is, as our number; `undefined` when nobody can tell. */
export function priorityOf(word: string): number | undefined {
  return URGENCIES.get(word.trim().toLowerCase());
}
