import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { readEnvironment } from "./environment.ts";

test("agents inherit everything, but what is about another piece of work", () => {
  const { variables, path } = readEnvironment({
    PATH: "/bin",
    API_KEY: "secret",
    GIT_SSH_COMMAND: "ssh -i key",
    ORCHESTRA_ROOT: "/code/shop",
    GIT_DIR: "/code/shop/.git",
    GIT_INDEX_FILE: "/code/shop/.git/index",
    ORCHESTRA_TASK_ID: "outer",
    UNSET: undefined,
  });
  expect(variables).toEqual({
    PATH: "/bin",
    API_KEY: "secret",
    GIT_SSH_COMMAND: "ssh -i key",
    ORCHESTRA_ROOT: "/code/shop",
    GIT_CONFIG_COUNT: "3",
    GIT_CONFIG_KEY_0: "maintenance.auto",
    GIT_CONFIG_VALUE_0: "false",
    GIT_CONFIG_KEY_1: "core.fsync",
    GIT_CONFIG_VALUE_1: "committed",
    GIT_CONFIG_KEY_2: "core.logAllRefUpdates",
    GIT_CONFIG_VALUE_2: "true",
  });
  expect(path).toBe("/bin");
});

test("git commands of agents tidy nothing up, flush their commits, and heed what was configured", () => {
  const { variables } = readEnvironment({
    PATH: process.env["PATH"],
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "user.name",
    GIT_CONFIG_VALUE_0: "Ada",
  });
  const { variables: ofNested } = readEnvironment(variables);
  const ask = (name: string): string =>
    execFileSync("git", ["config", name], { env: ofNested, encoding: "utf8" });
  const names = ["maintenance.auto", "core.fsync", "user.name"];
  expect(names.map(ask)).toEqual(["false\n", "committed\n", "Ada\n"]);
  expect(ofNested).toEqual(variables);
});
