import type { Flaw } from "../../store/flaw.ts";
import type { LookDeps, Trouble } from "./trouble.ts";

const NAMED_MAX = 5;

/** Rows that are not what the events add up to. Reads everything. */
export async function findProjectionTroubles({
  reader,
}: Pick<LookDeps, "reader">): Promise<readonly Trouble[]> {
  const flaws = await reader.flaws();
  if (flaws.length === 0) return [];
  return [
    {
      what: "projection",
      detail: `${flaws.length} of its rows are not what its events say: ${namesOf(flaws)}`,
      cure: "makes all rows anew from the events",
      mend: async ({ store }) => {
        await store.rebuild();
      },
    },
  ];
}

function namesOf(flaws: readonly Flaw[]): string {
  const named = flaws.slice(0, NAMED_MAX).map(({ kind, id, is }) => `${kind} ${id} is ${is}`);
  return [...named, ...(flaws.length > NAMED_MAX ? ["…"] : [])].join(", ");
}
