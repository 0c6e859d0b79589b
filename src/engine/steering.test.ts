import { expect, test, vi } from "vitest";
import { pauseAttempt } from "../cluster/node/run-node.ts";
import type { Command } from "../core/commands.ts";
import { OrchestraError } from "../core/errors.ts";
import { executeOrThrow } from "../store/execute.ts";
import { runQueue } from "./run-queue.ts";
import { aQueue, NEVER, QUICK, type SimulatedQueue } from "./testing/a-queue.ts";

const MINUTE_MS = 60_000;

function aSlowQueue(): SimulatedQueue {
  return aQueue((id) => (id === "a-1" ? { takesMs: MINUTE_MS } : QUICK));
}

/** What a person decides about the task `a`. */
async function decided(
  { store, clock }: SimulatedQueue,
  ...commands: readonly ("pause_task" | "resume_task" | "send" | "interrupt")[]
): Promise<void> {
  for (const kind of commands) {
    const common = { taskId: "a", nowMs: clock.nowMs() };
    const said = { ...common, text: "Use the v2 API.", interrupts: kind === "interrupt" };
    const isSaid = kind === "send" || kind === "interrupt";
    const command: Command = isSaid ? { type: "send_message", ...said } : { type: kind, ...common };
    await executeOrThrow(store, command);
  }
}

/** Runs the queue, and has somebody decide this half a minute later. */
async function steered(
  queue: SimulatedQueue,
  ...commands: Parameters<typeof decided> extends [unknown, ...infer Rest] ? Rest : never
): Promise<void> {
  const running = runQueue(await queue.deps(), NEVER);
  await queue.clock.advance(MINUTE_MS / 2);
  await decided(queue, ...commands);
  await queue.clock.runUntilDone(running);
}

test("what is said to an agent that does not listen is its next turn, in its session", async () => {
  const queue = aSlowQueue();
  await queue.add({ id: "a", limits: { timeoutMs: 1e9, stallMs: 0, maxRetries: 0 } });
  await steered(queue, "send");

  expect(await queue.states()).toEqual({ a: "complete" });
  expect(await queue.store.attemptsOf("a")).toMatchObject([
    { state: "cancelled" },
    { state: "succeeded", resumesSession: true, sessionId: "session" },
  ]);
  expect(queue.world.prompts.get("a-2")).toContain("A person says:\n\nUse the v2 API.");
  expect(queue.world.merged).toEqual(["a-2"]);
});

test("an adapter that can say nothing to its agent fails the attempt, not each look at it", async () => {
  const queue = aSlowQueue();
  await queue.add({ id: "a" });
  const own = await queue.deps();
  const agent: typeof own.agent = async (name) => {
    const given = await own.agent(name);
    const steering = { message: sayPromptsAlone, interrupt: () => "stop\n" };
    return { ...given, adapter: { ...given.adapter, steering } };
  };
  const running = runQueue({ ...own, agent }, NEVER);
  await queue.clock.advance(MINUTE_MS / 4);
  await decided(queue, "send");
  await queue.clock.runUntilDone(running);

  expect((await queue.store.attemptsOf("a"))[0]).toMatchObject({
    state: "failed",
    failure: { class: "unknown", message: "The plug-in broke its contract." },
  });
});

function sayPromptsAlone(text: string): string {
  if (text !== "Use the v2 API.") return `${JSON.stringify(text)}\n`;
  throw new OrchestraError("AGENT_UNUSABLE", "The plug-in broke its contract.");
}

test("an agent that does not listen is ended when it is interrupted, and told why", async () => {
  const queue = aSlowQueue();
  await queue.add({ id: "a" });
  const startedAtMs = queue.clock.nowMs();
  await steered(queue, "interrupt");

  expect(await queue.store.attemptsOf("a")).toMatchObject([
    { state: "cancelled", failure: { message: "A person interrupted it." } },
    { state: "succeeded", resumesSession: true },
  ]);
  expect(queue.clock.nowMs() - startedAtMs).toBeLessThan(MINUTE_MS);
  expect(queue.world.prompts.get("a-2")).toContain("Use the v2 API.");
});

test("a paused task leaves the queue empty, and goes on in its session when it is resumed", async () => {
  const queue = aSlowQueue();
  await queue.add({ id: "a" }, { id: "b" });
  await steered(queue, "pause_task");
  expect(await queue.states()).toEqual({ a: "ready", b: "complete" });
  expect(queue.world.alive()).toBe(0);
  await queue.run();
  expect(queue.world.started).toEqual(["a-1", "b-1"]);

  await decided(queue, "resume_task");
  await queue.run();
  expect(await queue.store.task("a")).toMatchObject({ state: "complete", waitCount: 0 });
  expect(await queue.store.attemptsOf("a")).toMatchObject([{}, { resumesSession: true }]);
});

test("an agent that goes on after a pause finds its files, also where it had begun anew", async () => {
  const queue = aQueue((id) => {
    if (id === "a-1") return { ...QUICK, conflicts: true };
    return id === "a-2" ? { takesMs: MINUTE_MS } : QUICK;
  });
  await queue.add({ id: "a" });
  await steered(queue, "pause_task");
  await decided(queue, "resume_task");
  await queue.run();

  expect(await queue.states()).toEqual({ a: "complete" });
  expect(await queue.store.attemptsOf("a")).toMatchObject([
    { failure: { class: "merge_conflict" } },
    { startFrom: "target", failure: { class: "cancelled" } },
    { startFrom: "previous", resumesSession: true },
  ]);
});

test("an agent that ended before it heard of the pause is not worked again for it", async () => {
  const queue = aSlowQueue();
  await queue.add({ id: "a" });
  await steered(queue, "pause_task", "resume_task");
  expect(await queue.states()).toEqual({ a: "complete" });
  expect(queue.world.started.length).toBeLessThanOrEqual(2);
});

test("what was said before the first attempt is in its prompt, and counts as heard", async () => {
  const queue = aQueue();
  await queue.add({ id: "a" });
  await decided(queue, "send");
  await queue.run();
  expect(queue.world.started).toEqual(["a-1"]);
  expect(queue.world.prompts.get("a-1")).toContain("Use the v2 API.");
  expect((await queue.store.task("a"))?.messages).toMatchObject([{ isHeard: true }]);
});

test("the session id is noted before the agent starts, so that no crash can lose it", async () => {
  const queue = aQueue();
  await queue.add({ id: "a" });
  await queue.run();
  const note = await queue.world.processes.noteOf("a-1");
  expect(JSON.parse(note ?? "{}")).toMatchObject({ sessionId: "session", resumesSession: false });
});

test("who is spoken to after a merge conflict goes on from its new work, not from the target again", async () => {
  const queue = aQueue((id) => ({ takesMs: MINUTE_MS, conflicts: id === "a-1" }));
  await queue.add({ id: "a", limits: { timeoutMs: 1e9, stallMs: 0, maxRetries: 1 } });
  const prepare = vi.spyOn(queue.world.workspaces, "prepare");
  const running = runQueue(await queue.deps(), NEVER);
  await queue.clock.advance(1.5 * MINUTE_MS);
  await decided(queue, "interrupt");
  await queue.clock.runUntilDone(running);

  const [, anew, goneOn] = prepare.mock.calls.map(([request]) => request);
  expect(anew?.previousBranch).toBeUndefined();
  expect(goneOn?.previousBranch).toBe(anew?.branch);
  expect(await queue.states()).toEqual({ a: "complete" });
});

test("whoever pauses what has ended by itself leaves its checks to the next run", async () => {
  const queue = aQueue(() => ({ takesMs: MINUTE_MS }));
  await queue.add({ id: "a" });
  const deps = await queue.deps();
  const stop = new AbortController();
  const running = runQueue(deps, stop.signal);
  await queue.clock.advance(MINUTE_MS / 2);
  stop.abort();
  await queue.clock.runUntilDone(running);
  await queue.clock.advance(MINUTE_MS);
  await decided(queue, "pause_task");

  const [attempt] = await queue.store.attemptsOf("a");
  if (attempt) await pauseAttempt(deps, attempt);
  expect(await queue.store.attemptsOf("a")).toMatchObject([{ state: "running" }]);
});
