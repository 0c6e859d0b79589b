import type { Stream } from "./choices.ts";

/** A fault that hits whoever comes to a certain moment, time and again. */
export type Strike = {
  /** How that begins which the process is about to do, or the event that was just written. */
  readonly moment: string;
  readonly kind: StrikeKind;
  readonly probability: number;
};

type StrikeKind =
  | "kill"
  /** Is killed, and a person cancels what it was at. */
  | "killAndCancel"
  | "interrupt"
  | "pause"
  /** Stands still until others think it dead. */
  | "holdUp"
  /** This one step takes long, and the process does other things meanwhile. */
  | "slow"
  | "changeOfMind"
  | "lateTask"
  | "moreToSay";

const MOMENTS: readonly [string, ...string[]] = [
  "store.",
  "store.liveAttempts",
  "store.transact",
  "store.mergeQueue",
  "prepares",
  "sets",
  "keeps",
  "starts",
  "inspects",
  "terminates",
  "collects",
  "checks",
  "removes",
  "advances",
  "looks whether",
  "lists",
  "attempt_assigned",
  "attempt_prepared",
  "attempt_started",
  "attempt_finished",
  "attempt_stopping",
  "attempt_ended",
  "attempt_succeeded",
  "task_cancelled",
  "task_retried",
  "task_parked",
  "answer of store.",
];
const KINDS: readonly [StrikeKind, ...StrikeKind[]] = [
  "kill",
  "killAndCancel",
  "interrupt",
  "pause",
  "slow",
  "changeOfMind",
  "lateTask",
  "moreToSay",
];
/** Moments at which it is most telling. */
const DELICATE: readonly [Pair, ...Pair[]] = [
  ["checks", "interrupt"],
  ["has checked", "interrupt"],
  ["terminates", "interrupt"],
  ["collects", "interrupt"],
  ["checks", "moreToSay"],
  ["has checked", "moreToSay"],
  ["removes", "lateTask"],
  ["lists", "lateTask"],
  ["attempt_started", "changeOfMind"],
  ["attempt_stopping", "kill"],
  ["orders", "killAndCancel"],
  ["has read", "slow"],
  ["has read", "slow"],
  ["keeps the life", "slow"],
  ["answer of store.liveAttempts", "slow"],
  ["answer of store.attemptsOf", "slow"],
  ["removes", "slow"],
];
type Pair = readonly [moment: string, kind: StrikeKind];

/** What comes at random rarely meets the same moment twice: so here it is meant. */
export function strikesOf(stream: Stream, machines: number): readonly Strike[] {
  const contested: readonly Pair[] =
    machines > 1 && stream.chance(0.5) ? [["store.transact", "holdUp"]] : [];
  const others = Array.from({ length: stream.below(6) }, () =>
    stream.chance(0.7)
      ? stream.pick(DELICATE)
      : ([stream.pick(MOMENTS), stream.pick(KINDS)] as const),
  );
  return [...contested, ...others].map(([moment, kind]) => ({
    moment,
    kind,
    probability: stream.pick([0.3, 0.05, 0.7]),
  }));
}
