import { expect, test } from "vitest";
import { anAttempt } from "../../core/testing/builders.ts";
import { NO_USAGE } from "../../core/usage.ts";
import { earlierUse } from "./earlier-use.ts";

const used = (inputTokens: number): typeof NO_USAGE => ({ ...NO_USAGE, inputTokens });

const ATTEMPTS = [
  anAttempt({ number: 1, sessionId: "a", usage: used(1) }),
  anAttempt({ number: 2, sessionId: "b", usage: used(2), costUsd: 0.5 }),
  anAttempt({ number: 3, sessionId: "b", usage: used(4), costUsd: 0.25 }),
  anAttempt({ number: 4, sessionId: "b", usage: used(8) }),
];

const store = { attemptsOf: async () => ATTEMPTS };

test("what earlier attempts used counts where it was in the session that is resumed", async () => {
  const resuming = anAttempt({ number: 4, sessionId: "b", resumesSession: true });
  expect(await earlierUse(store, resuming)).toEqual({
    sessionId: "b",
    usage: used(6),
    costUsd: 0.75,
  });
});

test("a new session has no earlier use", async () => {
  expect(await earlierUse(store, anAttempt({ number: 4, sessionId: "b" }))).toBeUndefined();
  expect(await earlierUse(store, anAttempt({ number: 4, resumesSession: true }))).toBeUndefined();
});
