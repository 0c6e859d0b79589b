import { expect, test } from "vitest";
import { ERROR_CODES, OrchestraError } from "./errors.ts";

test("an error keeps its code, its message and its cause", () => {
  const cause = new Error("ENOSPC");
  const error = new OrchestraError("NO_SPACE", "Free some.", { cause });
  expect(error).toMatchObject({ name: "OrchestraError", code: "NO_SPACE", cause });
  expect(error.message).toBe("Free some.");
});

test("every code is named once", () => {
  expect(new Set(ERROR_CODES).size).toBe(ERROR_CODES.length);
});
