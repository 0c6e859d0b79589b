import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { readSearchOptions, replayCommand } from "./search-options.ts";

test.each([
  [["--seeds", "abc"], /--seeds must be a whole number/],
  [["--seeds", "0"], /--seeds must be a whole number from 1/],
  [["--seed", "x"], /--seed must be a whole number/],
  [["--seed", "1.5"], /--seed must be a whole number/],
  [["--from", ""], /--from must be a whole number/],
  [["--minutes", "soon"], /--minutes must be a number above zero/],
  [["--plant", "nothing"], /no bug "nothing"/],
  [["--unknown"], /--unknown/],
  [["7"], /7/],
])("%j is refused", (args, words) => {
  expect(() => readSearchOptions(args)).toThrow(words);
});

test("what can be meant is read", () => {
  const read = readSearchOptions(["--seeds", "30", "--from", "7", "--minutes", "0.5"]);
  expect(read).toEqual({ seeds: 30, from: 7, minutes: 0.5 });
});

test("a seed is replayed with the bug that was planted", () => {
  expect(replayCommand(7, undefined)).toBe("npm run simulate -- --seed 7");
  expect(replayCommand(7, "an event is lost")).toBe(
    'npm run simulate -- --seed 7 --plant "an event is lost"',
  );
});

test("a mistake ends the simulation with one line, and as misuse", () => {
  expect(simulateWithMistake).toThrow(
    expect.objectContaining({
      status: 2,
      stdout: "",
      stderr: expect.stringMatching(/^--seeds.*\n$/),
    }),
  );
});

function simulateWithMistake(): string {
  const args = ["test/simulation/simulate.ts", "--seeds", "abc"];
  return execFileSync("node", args, { stdio: "pipe", encoding: "utf8" });
}
