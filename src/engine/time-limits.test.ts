import { expect, test } from "vitest";
import { OrchestraError } from "../core/errors.ts";
import { executeOrThrow } from "../store/execute.ts";
import { runQueue } from "./run-queue.ts";
import { aQueue, NEVER } from "./testing/a-queue.ts";

test("who gives a running agent more time lets it come to its end", async () => {
  const { add, run, store, clock } = aQueue(() => ({ takesMs: 90_000 }));
  await add({ id: "a", limits: { timeoutMs: 60_000, stallMs: 0, maxRetries: 0 } });
  const running = run();
  await clock.advance(5_000);
  const nowMs = clock.nowMs();
  await executeOrThrow(store, { type: "extend_timeout", nowMs, taskId: "a", byMs: 60_000 });

  await running;
  expect(await store.task("a")).toMatchObject({ state: "complete" });
});

test("who calls a running agent timed out has it ended at once, and tried again", async () => {
  const { add, run, store, clock } = aQueue((id) => ({ takesMs: id === "a-1" ? 1e9 : 10 }));
  await add({ id: "a" });
  const running = run();
  await clock.advance(5_000);
  const nowMs = clock.nowMs();
  await executeOrThrow(store, { type: "time_out_now", nowMs, taskId: "a" });

  await running;
  expect(await store.attemptsOf("a")).toMatchObject([
    { state: "timed_out", failure: { class: "timeout" } },
    { state: "succeeded" },
  ]);
});

test("more time that is given just before the end counts, whether or not the node was told of it", async () => {
  const { add, deps, store, clock } = aQueue(() => ({ takesMs: 90_000 }));
  await add({ id: "a", limits: { timeoutMs: 59_000, stallMs: 0, maxRetries: 0 } });
  const deaf = { ...(await deps()), store: { ...store, watch: () => undefined } };
  const running = runQueue(deaf, NEVER);
  await clock.advance(58_900);
  const nowMs = clock.nowMs();
  await executeOrThrow(store, { type: "extend_timeout", nowMs, taskId: "a", byMs: 60_000 });

  await clock.runUntilDone(running);
  expect(await store.attemptsOf("a")).toMatchObject([{ state: "succeeded" }]);
});

test("an agent that passes its time limit is ended although the disk is full", async () => {
  const { add, deps, store, clock, world } = aQueue(() => ({ takesMs: 1e9 }));
  await add({ id: "a", limits: { timeoutMs: 60_000, stallMs: 0, maxRetries: 0 } });
  const given = await deps();
  const fullFromMs = clock.nowMs() + 30_000;
  const keepLife: typeof given.folders.keepLife = async (...life) => {
    if (clock.nowMs() < fullFromMs) return given.folders.keepLife(...life);
    throw new OrchestraError("NO_SPACE", "The disk is full.");
  };
  const openTranscript: typeof given.folders.openTranscript = (...one) => ({
    ...given.folders.openTranscript(...one),
    sizeBytes: () => clock.nowMs(),
  });
  const folders = { ...given.folders, keepLife, openTranscript };
  const running = runQueue({ ...given, folders, onProblem: () => undefined }, NEVER);
  await clock.runUntilDone(running, 120_000);

  expect(world.alive()).toBe(0);
  expect(await store.attemptsOf("a")).toMatchObject([{ state: "timed_out" }]);
});
