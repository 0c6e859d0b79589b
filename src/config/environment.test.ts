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
  });
  expect(path).toBe("/bin");
});
