import type { Clock } from "../../core/clock.ts";
import { membersOf, type Origin } from "./members.ts";
import type { Glance, ProcessFacts, ProcessTable } from "./process-facts.ts";

/** Whoever ends many attempts looks at the machine no more often than this. */
const PAUSE_MS = 5;
const NEVER = new AbortController().signal;

/** Finds the living processes of a folder; as `membersOf`, with one look for all who ask in a while. */
export type Census = (origin: Origin) => Promise<readonly ProcessFacts[]>;

type Question = {
  readonly origin: Origin;
  readonly resolve: (found: readonly ProcessFacts[]) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * To look through the processes of a machine costs as much as to start one. Who asks alone is
 * answered at once; of many, each waits a moment for a look that is taken after it has asked.
 */
export function createCensus(table: ProcessTable, clock: Clock): Census {
  const waiting: Question[] = [];
  let lookedAtMs = -Infinity;
  const look = async (): Promise<void> => {
    await clock.sleep(lookedAtMs + PAUSE_MS - clock.awakeMs(), NEVER);
    lookedAtMs = clock.awakeMs();
    answerAll(table, waiting.splice(0));
  };
  return async (origin) => {
    if (clock.awakeMs() - lookedAtMs >= PAUSE_MS && waiting.length === 0) {
      lookedAtMs = clock.awakeMs();
      return membersOf(table.glance(), origin);
    }
    const { promise, resolve, reject } = Promise.withResolvers<readonly ProcessFacts[]>();
    waiting.push({ origin, resolve, reject });
    if (waiting.length === 1) void look();
    return promise;
  };
}

function answerAll(table: ProcessTable, questions: readonly Question[]): void {
  try {
    const seen = table.glance();
    for (const question of questions) answer(question, seen);
  } catch (error) {
    for (const { reject } of questions) reject(error);
  }
}

function answer({ origin, resolve, reject }: Question, seen: Glance): void {
  try {
    resolve(membersOf(seen, origin));
  } catch (error) {
    reject(error);
  }
}
