import { assert, property } from "fast-check";
import { expect, test } from "vitest";
import { decide } from "../src/core/decide.ts";
import { evolveAll } from "../src/core/evolve.ts";
import { scopeOf } from "../src/core/scope.ts";
import { EMPTY_STATE } from "../src/core/state.ts";
import { commandOf } from "../src/core/testing/command-of.ts";
import { someMoves } from "../src/core/testing/moves.ts";
import { partOf } from "../src/store/memory/part-of.ts";

test("a decision on what its scope names is the decision on the whole blackboard", () => {
  assert(
    property(someMoves(), (moves) => {
      let [state, nowMs] = [EMPTY_STATE, 0];
      for (const move of moves) {
        nowMs += move.elapsedMs;
        const command = commandOf(state, move, nowMs);
        if (command === undefined) continue;

        const whole = decide(state, command);
        const events = whole.kind === "accepted" ? whole.events : [];
        const part = partOf(state, scopeOf(command));
        expect(inAnyOrder(decide(part, command))).toEqual(inAnyOrder(whole));
        const evolved = evolveAll(part, events);
        state = evolveAll(state, events);
        expect(changesOf(evolved, state)).toEqual([]);
      }
    }),
    { numRuns: 300 },
  );
});

/** Dependents may be told of in any order, and refusals in other words. */
function inAnyOrder(decision: ReturnType<typeof decide>): unknown {
  if (decision.kind === "refused") return decision.code;
  return decision.events.map((event) => JSON.stringify(event)).toSorted();
}

/** The tasks, attempts and questions that came out otherwise from a part than from the whole. */
function changesOf(part: typeof EMPTY_STATE, whole: typeof EMPTY_STATE): string[] {
  return (["tasks", "attempts", "interrupts"] as const).flatMap((kind) =>
    [...part[kind]]
      .filter(([id, one]) => JSON.stringify(one) !== JSON.stringify(whole[kind].get(id)))
      .map(([id]) => `${kind} ${id}`),
  );
}
