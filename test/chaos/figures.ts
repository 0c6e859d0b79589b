import type { Trial } from "./experiment.ts";
import { TARGETS } from "./strike.ts";

/** What was done in trials, and what came of it, in lines. */
export function figuresOf(trials: readonly Trial[], seconds: number): string {
  const blows = trials.flatMap((trial) => trial.blows).filter(({ isHit }) => isHit);
  const hits = trials.flatMap((trial) => trial.hits);
  const kills = TARGETS.map((target) => {
    const count = blows.filter((blow) => blow.target === target).length;
    return `${target} ${count}`;
  });
  const kinds = Map.groupBy(hits, ({ kind }) => kind);
  const restarts = blows.filter((blow) => ["dispatcher", "everything"].includes(blow.target));
  const wrong = trials.filter(({ wrongs }) => wrongs.length > 0).length;
  return [
    `${trials.length} trials, ${wrong} of them wrong, in ${Math.round(seconds)} s`,
    `kills at random instants: ${blows.length} (${kills.join(", ")})`,
    `kills between two effects: ${hits.length} (${[...kinds].map(([kind, all]) => `${kind} ${all.length}`).join(", ")})`,
    `restarts: ${restarts.length + hits.length}`,
    `agents that outlived their run, and were finished by a later one: ${trials.reduce((sum, { adopted }) => sum + adopted, 0)}`,
  ].join("\n");
}
