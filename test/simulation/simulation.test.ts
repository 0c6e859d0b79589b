import { expect, test } from "vitest";
import { runSeed } from "./run-seed.ts";
import { shrink } from "./shrink.ts";

/** As many as the other tests leave time for; `npm run simulate` runs more. */
const SEEDS = 200;

test("whatever goes wrong, every invariant holds and everything comes to an end", async () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const { violation } = await runSeed(seed);
    expect(violation, `npm run simulate -- --seed ${seed}`).toBeUndefined();
  }
});

test("a seed decides everything that happens", async () => {
  const [first, second]: [string[], string[]] = [[], []];
  await runSeed(7, { note: (line) => first.push(line) });
  await runSeed(7, { note: (line) => second.push(line) });

  expect(first.length).toBeGreaterThan(100);
  expect(second).toEqual(first);
});

test("without unusual decisions one task is worked, merged and tidied away", async () => {
  const lines: string[] = [];
  const note = (line: string): void => void lines.push(line);
  expect(await runSeed(1, { kept: new Set(), note })).toMatchObject({ violation: undefined });

  const events = lines.filter((line) => /^ {4}\d/.test(line)).map((line) => line.trim());
  expect(events).toEqual([
    "1 run_created",
    "2 task_added t1",
    "3 task_readied t1",
    "4 attempt_assigned t1-1",
    "5 attempt_prepared t1-1",
    "6 attempt_started t1-1",
    "7 attempt_finished t1-1",
    "8 attempt_succeeded t1-1",
    "9 task_completed t1",
  ]);
});

test("a run that ends well has nothing to be shrunk", async () => {
  const end = await runSeed(3);
  expect((await shrink(end)).violation).toBeUndefined();
});
