import { expect, test } from "vitest";
import { causeInWords } from "./cause-in-words.ts";

test.each([
  ["The server does not support SSL connections", "The server does not support SSL connections"],
  ["It broke.\n    at somewhere", "It broke"],
  ["", "Error"],
  ["x".repeat(301), `${"x".repeat(300)}…`],
])("of a cause that says %j, one line is told", (message, words) => {
  expect(causeInWords(new Error(message))).toBe(words);
});

test("a secret in a cause is not told", () => {
  expect(causeInWords(new Error("Is a&b it, a&b?"), ["", "a&b"])).toBe("Is … it, …?");
});
