import {
  array,
  boolean,
  constantFrom,
  double,
  nat,
  oneof,
  record,
  constant,
  type Arbitrary,
} from "fast-check";
import { FAILURE_CLASSES, type FailureClass } from "../failure.ts";

/** Each as often, relative to the others, as its number says. */
const WEIGHTS = {
  add: 4,
  assign: 12,
  unpark: 4,
  prepare: 20,
  start: 20,
  finish: 20,
  accept: 20,
  end: 8,
  giveBack: 2,
  report: 2,
  merge: 16,
  reject: 4,
  defer: 4,
  cancel: 1,
  abandon: 1,
  retry: 6,
  replace: 4,
  archive: 3,
  extend: 2,
  timeOut: 2,
  send: 2,
  interrupt: 2,
  hear: 4,
  pause: 2,
  resume: 4,
} as const;

type Kind = keyof typeof WEIGHTS;

/** Something that somebody tries, whether or not it is its time. */
export type Move = {
  readonly kind: Kind;
  /** Chooses among what the move could be made with. */
  readonly pick: number;
  /** Tries it on anything there is, not only on what is waiting for it. */
  readonly isBlind: boolean;
  /** How old the epoch is that it carries. */
  readonly lag: number;
  readonly elapsedMs: number;
  readonly failureClass: FailureClass;
  readonly jitter: number;
};

const aKind: Arbitrary<Kind> = oneof(
  ...Object.keys(WEIGHTS)
    .filter((kind): kind is Kind => kind in WEIGHTS)
    .map((kind) => ({ arbitrary: constant(kind), weight: WEIGHTS[kind] })),
);

const aMove: Arbitrary<Move> = record({
  kind: aKind,
  pick: nat(10_000),
  isBlind: oneof({ arbitrary: constant(false), weight: 9 }, boolean()),
  lag: oneof({ arbitrary: constant(0), weight: 9 }, constantFrom(1, 2)),
  elapsedMs: oneof(nat(1_000), nat(3_600_000)),
  failureClass: constantFrom(...FAILURE_CLASSES),
  jitter: double({ min: 0, max: 0.999, noNaN: true }),
});

export function someMoves(countMax = 200): Arbitrary<Move[]> {
  return array(aMove, { minLength: 1, maxLength: countMax, size: "max" });
}
