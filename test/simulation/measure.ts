// npm run simulate:bugs -- [--seeds N] [--from SEED] [--plant PART]: how many seeds notice each planted bug.
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { BUGS } from "./planted-bugs.ts";
import { runSeeds } from "./run-seeds.ts";

const SEEDS = 400;

const { values } = parseArgs({
  options: { seeds: { type: "string" }, from: { type: "string" }, plant: { type: "string" } },
});
const seeds = Number(values.seeds ?? SEEDS);
const from = Number(values.from ?? 1);
const left = Object.keys(BUGS).filter((name) => name.includes(values.plant ?? ""));

await Promise.all(Array.from({ length: availableParallelism() }, measureWhatIsLeft));

async function measureWhatIsLeft(): Promise<void> {
  for (let plant = left.shift(); plant !== undefined; plant = left.shift()) {
    const noticed = new Map<string, number>();
    await runSeeds({ from, until: from + seeds, every: 1, plant }, ({ violation }) => {
      const shape = violation?.replace(/\d+/g, "#").split("\n")[0];
      if (shape !== undefined) noticed.set(shape, (noticed.get(shape) ?? 0) + 1);
      return false;
    });
    tell(plant, noticed);
  }
}

/** One line a bug; of a single one, also what it was noticed by. */
function tell(plant: string, noticed: ReadonlyMap<string, number>): void {
  const total = [...noticed.values()].reduce((sum, count) => sum + count, 0);
  console.log(`${String(total).padStart(4)} of ${seeds}: ${plant}`);
  if (values.plant === undefined) return;
  for (const [shape, count] of noticed) console.log(`${String(count).padStart(12)}: ${shape}`);
}
