import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { BUGS } from "./planted-bugs.ts";
import { runSeeds } from "./run-seeds.ts";

/** Each bug is noticed by at least about one seed in 60. */
const SEEDS = 200;

/** All of them are looked for at once, also on a busy machine. */
const TIMEOUT_MS = 180_000;

test.concurrent.each(Object.keys(BUGS))(
  "the simulation finds that %s",
  { timeout: TIMEOUT_MS },
  async (plant) => {
    expect(await firstViolation(plant)).toEqual(expect.any(String));
  },
);

test("the documentation names each planted bug, and none that is not planted", () => {
  const page = readFileSync("docs/reliability.md", "utf8");
  const [, section = ""] = page.split("### Planted bugs");
  const [table = ""] = section.split("###");
  const named = [...table.matchAll(/^\| (.+?) +\| \d+ +\|$/gm)].map(([, name = ""]) => name);
  expect(named.toSorted()).toEqual(Object.keys(BUGS).toSorted());
});

/** What the first seed that notices the bug says of it. */
async function firstViolation(plant: string): Promise<string | undefined> {
  let first: string | undefined;
  await runSeeds({ from: 1, until: SEEDS + 1, every: 1, plant }, ({ violation }) => {
    // The thread goes on until it has heard that it is enough.
    first ??= violation;
    return first !== undefined;
  });
  return first;
}
