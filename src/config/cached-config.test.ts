import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { cachedConfig, lookUpConfig } from "./cached-config.ts";
import { DEFAULTS } from "./defaults.ts";
import { loadConfig } from "./load-config.ts";

type Folder = {
  readonly state: string;
  readonly write: (yaml: string) => void;
  readonly parallel: () => Promise<number>;
  readonly [Symbol.dispose]: () => void;
};

function setup(): Folder {
  const root = mkdtempSync(join(tmpdir(), "orchestra-config-"));
  const state = join(root, ".orchestra");
  mkdirSync(state);
  return {
    state,
    write: (yaml) => writeFileSync(join(root, "orchestra.yaml"), yaml),
    parallel: async () => (await cachedConfig(root, state)).limits.parallel,
    [Symbol.dispose]: () => rmSync(root, { recursive: true }),
  };
}

test("a file that was changed is read anew, and one that was not is not", async () => {
  using folder = setup();
  folder.write("limits: { parallel: 7 }");
  expect(await folder.parallel()).toBe(7);
  const cache = join(folder.state, "config.json");
  writeFileSync(cache, readFileSync(cache, "utf8").replace('"parallel":7}', '"parallel":70}'));
  expect(await folder.parallel()).toBe(70);
  folder.write("limits: { parallel: 8 }");
  expect(await folder.parallel()).toBe(8);
});

test("who only looks is told the same, and keeps nothing", async () => {
  using folder = setup();
  folder.write("limits: { parallel: 7 }");
  const looked = await lookUpConfig(join(folder.state, ".."), folder.state);
  expect(looked.limits.parallel).toBe(7);
  expect(readdirSync(folder.state)).toEqual([]);
});

test("without a file the defaults hold, also after there was one", async () => {
  using folder = setup();
  expect(await folder.parallel()).toBe(DEFAULTS.limits.parallel);
  expect(readdirSync(folder.state)).toEqual([]);
});

test("a mistake is kept from nobody, and not kept", async () => {
  using folder = setup();
  folder.write("limits: { parallel: 0 }");
  await expect(folder.parallel()).rejects.toMatchObject({ code: "INVALID_CONFIG" });
  await expect(folder.parallel()).rejects.toMatchObject({ code: "INVALID_CONFIG" });
  expect(readdirSync(folder.state)).toEqual([]);
});

test("what was kept and is torn, or cannot be kept, does no harm", async () => {
  using folder = setup();
  folder.write("limits: { parallel: 7 }");
  writeFileSync(join(folder.state, "config.json"), '{"key":');
  expect(await folder.parallel()).toBe(7);
  rmSync(folder.state, { recursive: true });
  expect(await folder.parallel()).toBe(7);
});

test("many that start at once all read the same", async () => {
  using folder = setup();
  folder.write("limits: { parallel: 7 }");
  const seen = await Promise.all(Array.from({ length: 20 }, folder.parallel));
  expect(new Set(seen)).toEqual(new Set([7]));
  expect(readdirSync(folder.state)).toEqual(["config.json"]);
});

test.each([
  ["a folder", (file: string) => mkdirSync(file), /: it is a folder\./],
  [
    "a circle of links",
    (file: string) => symlinkSync(file, file),
    /: its links lead in a circle\./,
  ],
  ["a pipe", (file: string) => execFileSync("mkfifo", [file]), /: it is no plain file\./],
])(
  "%s in place of a file of the configuration is said, and waited for by nobody",
  async (_name, make, why) => {
    for (const name of ["orchestra.yaml", ".orchestra-cli/agent-config.json"]) {
      using folder = setup();
      const file = join(folder.state, "..", name);
      mkdirSync(dirname(file), { recursive: true });
      make(file);
      const said = { code: "INVALID_CONFIG", message: expect.stringMatching(why) };
      await expect(folder.parallel()).rejects.toMatchObject(said);
      await expect(loadConfig(join(folder.state, ".."))).rejects.toMatchObject(said);
    }
  },
);
