import { expect, test, vi } from "vitest";
import { createCommandAdapter } from "../agents/command/command.ts";
import { anAgentConfig } from "../agents/testing/requests.ts";
import { stopAttempt } from "../cluster/node/run-node.ts";
import { OrchestraError } from "../core/errors.ts";
import type { Failure } from "../core/failure.ts";
import type { MergeRepository } from "../merge/repository.ts";
import { executeOrThrow } from "../store/execute.ts";
import type { Workspaces } from "../workspace/workspace.ts";
import { runQueue, type QueueDeps, type QueueEnd } from "./run-queue.ts";
import type { Deed } from "./testing/simulated-ports.ts";
import { aQueue, NEVER, QUICK } from "./testing/a-queue.ts";

function oneSlot(...agents: readonly string[]): QueueDeps["nodes"] {
  return () => [{ id: "here", capacity: 1, agents }];
}

/** An agent that ends like this, soon. */
function failing(failure: Failure, takesMs = 10): Deed {
  return { takesMs, outcome: { kind: "failed", end: "failed", failure } };
}

test("tasks are worked after what they depend on, and all are merged", async () => {
  const { add, run, states, world } = aQueue();
  await add({ id: "a" }, { id: "b", dependsOn: ["a"] }, { id: "c", dependsOn: ["a", "b"] });

  expect(await run()).toEqual({ kind: "empty", deferredMerges: 0 });
  expect(await states()).toEqual({ a: "complete", b: "complete", c: "complete" });
  expect(world.merged).toEqual(["a-1", "b-1", "c-1"]);
});

test("never more agents run than the node has room for", async () => {
  const { add, run, world } = aQueue(() => QUICK, 2);
  await add(...Array.from({ length: 9 }, (_, index) => ({ id: `t${index}` })));

  await run();
  expect(world.peak()).toBe(2);
  expect(world.merged).toHaveLength(9);
});

test("a retry is told what the failed attempt did and which check failed", async () => {
  const { add, run, states, world } = aQueue((id) =>
    id === "a-1" ? { takesMs: 10, failingCheck: "npm test" } : QUICK,
  );
  await add({
    id: "a",
    checks: [{ kind: "command", name: "npm test", command: ["npm", "test"], timeoutMs: 1_000 }],
  });

  await run();
  expect(await states()).toEqual({ a: "complete" });
  expect(world.prompts.get("a-2")).toContain("output of npm test");
  expect(world.prompts.get("a-2")).toContain("words of a-1");
});

test("a task that keeps failing waits for a person after its retries, and others go on", async () => {
  const { add, run, states, world } = aQueue((id) =>
    id.startsWith("bad") ? failing({ class: "process_crash", message: "It crashed." }) : QUICK,
  );
  await add({ id: "bad" }, { id: "good" }, { id: "after", dependsOn: ["bad"] });

  expect(await run()).toEqual({ kind: "empty", deferredMerges: 0 });
  expect(await states()).toEqual({ bad: "waiting_human", good: "complete", after: "planned" });
  expect(world.started.filter((id) => id.startsWith("bad"))).toHaveLength(5);
});

test("a usage limit parks the task until its reset and uses no retry", async () => {
  const resetAtMs = 1_000_000 + 3_600_000;
  const { add, run, store, clock } = aQueue((id) =>
    id === "a-1" ? failing({ class: "quota", message: "Usage limit reached.", resetAtMs }) : QUICK,
  );
  await add({ id: "a", limits: { timeoutMs: 1e9, stallMs: 0, maxRetries: 0 } });

  await run();
  expect(await store.task("a")).toMatchObject({ state: "complete", failureCount: 0 });
  expect(clock.nowMs()).toBeGreaterThan(resetAtMs);
});

test("an agent that has met its usage limit gets no other task before its end, and others go on", async () => {
  const resetAtMs = 1_000_000 + 3_600_000;
  const startedAtMs = new Map<string, number>();
  const limited: Deed = failing({ class: "quota", message: "Usage limit reached.", resetAtMs });
  const { add, clock, deps, states } = aQueue((id) => {
    if (!startedAtMs.has(id)) startedAtMs.set(id, clock.nowMs());
    return id === "a-1" ? limited : QUICK;
  });
  await add({ id: "a" }, { id: "b" }, { id: "c" }, { id: "other", agent: "codex" });
  await clock.runUntilDone(
    runQueue({ ...(await deps()), nodes: oneSlot("claude", "codex") }, NEVER),
  );

  expect(Object.values(await states())).toEqual(Array.from({ length: 4 }, () => "complete"));
  const early = [...startedAtMs].filter(([, atMs]) => atMs < resetAtMs).map(([id]) => id);
  expect(early).toEqual(["a-1", "other-1"]);
});

test("with a list of agents the next one goes on at once, and the first again after its limit", async () => {
  const resetAtMs = 1_000_000 + 3_600_000;
  const quota: Deed = failing({ class: "quota", message: "Usage limit reached.", resetAtMs });
  const { add, clock, deps, store } = aQueue((id) => (id.endsWith("-1") ? quota : QUICK));
  const fallbackAgents = ["codex"];
  await add({ id: "a", fallbackAgents }, { id: "b", fallbackAgents, dependsOn: ["a"] });
  const nodes = oneSlot("claude", "codex");
  await clock.runUntilDone(runQueue({ ...(await deps()), nodes }, NEVER));

  const attempts = await store.attemptsOf("a", "b");
  expect(attempts.map(({ id, agent, state }) => `${id} ${agent} ${state}`)).toEqual([
    "a-1 claude failed",
    "a-2 codex succeeded",
    // Nobody asks claude again for this one; codex has now met its limit, too.
    "b-1 codex failed",
    "b-2 claude succeeded",
  ]);
  expect(clock.nowMs()).toBeGreaterThan(resetAtMs);
});

test("when an agent is logged out, one of its tasks asks, and the others wait for the answer", async () => {
  const loggedOut: Deed = failing({ class: "auth", message: "Not logged in." });
  const { add, clock, deps, states, store } = aQueue((id) => (id === "a-1" ? loggedOut : QUICK));
  await add({ id: "a" }, { id: "b" }, { id: "other", agent: "codex" });
  const nodes = oneSlot("claude", "codex");
  const queue = { ...(await deps()), nodes };
  const end = await clock.runUntilDone(runQueue(queue, NEVER));
  expect(end).toEqual({ kind: "empty", deferredMerges: 0 });
  expect(await states()).toEqual({ a: "waiting_human", b: "ready", other: "complete" });

  const nowMs = clock.nowMs();
  await executeOrThrow(store, { type: "retry_task", nowMs, taskId: "a", note: undefined });
  await clock.runUntilDone(runQueue(queue, NEVER));
  expect(await states()).toEqual({ a: "complete", b: "complete", other: "complete" });
});

test("a prompt that an agent cannot be given is the matter of its task alone", async () => {
  const { add, clock, deps, states } = aQueue();
  await add({ id: "long", prompt: "x".repeat(200_000), priority: 9 }, { id: "short" });
  const config = anAgentConfig({ promptBy: "argument" });
  const agent = { adapter: createCommandAdapter(config), config };

  const nodes = oneSlot("claude");
  const running = runQueue({ ...(await deps()), nodes, agent: async () => agent }, NEVER);
  await clock.runUntilDone(running);
  expect(await states()).toEqual({ long: "waiting_human", short: "complete" });
});

test("while a provider fails, its agent rests, and is then tried with one task at a time", async () => {
  const startedAtMs = new Map<string, number>();
  const DOWN_UNTIL_MS = 1_000_000 + 60_000;
  const broken: Deed = failing({ class: "provider_error", message: "HTTP 500." }, 1_000);
  const { add, clock, run, states } = aQueue((id) => {
    const atMs = startedAtMs.get(id) ?? clock.nowMs();
    startedAtMs.set(id, atMs);
    return atMs < DOWN_UNTIL_MS ? broken : QUICK;
  });
  const ids = Array.from({ length: 9 }, (_, index) => `t${index}`);
  await add(...ids.map((id) => ({ id })));
  await run();

  expect(Object.values(await states())).toEqual(ids.map(() => "complete"));
  const early = [...startedAtMs.values()].filter((atMs) => atMs < DOWN_UNTIL_MS);
  // Three at once; two more before the third has failed; one after 15 s, and one after 30 s more.
  expect(early.map((atMs) => Math.floor((atMs - 1_000_000) / 1_000))).toEqual([
    0, 0, 0, 1, 1, 16, 47,
  ]);
});

const OF_ONE_PROVIDER: Pick<QueueDeps, "nodes" | "sameProvider"> = {
  nodes: () => [{ id: "here", capacity: 3, agents: ["claude", "opus"] }],
  sameProvider: () => ["claude", "opus"],
};

test("agents that ask the same provider rest together", async () => {
  const broken: Deed = failing({ class: "provider_error", message: "HTTP 500." }, 1_000);
  const begun: string[] = [];
  const { add, clock, deps } = aQueue((id) => {
    if (!begun.some((one) => one.startsWith(id)))
      begun.push(`${id} at ${Math.floor((clock.nowMs() - 1_000_000) / 1_000)} s`);
    return begun.length > 5 ? QUICK : broken;
  });
  const ofClaude = ["a", "b", "c", "e", "f"].map((id) => ({ id }));
  await add(...ofClaude, { id: "d", agent: "opus", priority: 1 });
  await clock.runUntilDone(runQueue({ ...(await deps()), ...OF_ONE_PROVIDER }, NEVER));

  expect(begun.find((one) => one.startsWith("d-"))).toBe("d-1 at 16 s");
});

test("after a usage limit one task goes first, and the others once it is answered", async () => {
  const resetAtMs = 1_000_000 + 3_600_000;
  const startedAtMs = new Map<string, number>();
  const { add, clock, deps } = aQueue((id) => {
    if (id === "a-1")
      return failing({ class: "quota", message: "Usage limit reached.", resetAtMs });
    if (!startedAtMs.has(id)) startedAtMs.set(id, clock.nowMs());
    return { takesMs: 1_800_000, answeredAfterMs: 20_000 };
  });
  await add(...["a", "b", "c", "d"].map((id) => ({ id })));
  // The limit is met before another has begun.
  const capacity = (): number => (clock.nowMs() < resetAtMs ? 1 : 4);
  const nodes: QueueDeps["nodes"] = () => [
    { id: "here", capacity: capacity(), agents: ["claude"] },
  ];
  await clock.runUntilDone(runQueue({ ...(await deps()), nodes }, NEVER));

  const waves = [...startedAtMs.values()].map((atMs) => Math.floor((atMs - resetAtMs) / 20_000));
  expect(waves).toEqual([0, 1, 2, 2]);
});

test("a limit that a person knows to be over is over for all tasks of its agent", async () => {
  const resetAtMs = 1_000_000 + 3_600_000;
  const { add, clock, deps, states, store } = aQueue((id) =>
    id === "a-1" ? failing({ class: "quota", message: "Usage limit reached.", resetAtMs }) : QUICK,
  );
  await add({ id: "a" }, { id: "b" });
  const running = runQueue({ ...(await deps()), nodes: oneSlot("claude") }, NEVER);
  await clock.advance(60_000);
  expect(await states()).toEqual({ a: "ready", b: "ready" });

  const nowMs = clock.nowMs();
  await executeOrThrow(store, { type: "retry_task", nowMs, taskId: "a", note: undefined });
  await clock.runUntilDone(running);
  expect(await states()).toEqual({ a: "complete", b: "complete" });
  expect(clock.nowMs()).toBeLessThan(resetAtMs);
});

test.each(["a", "b", "c"])(
  "of tasks that met a limit together, sending %s back lets in all of their agent",
  async (taskId) => {
    const resetAtMs = 1_000_000 + 3_600_000;
    const quota = failing({ class: "quota", message: "Usage limit reached.", resetAtMs });
    const limited = ["a-1", "b-1", "c-1"];
    const { add, clock, deps, states, store } = aQueue((id) =>
      limited.includes(id) ? quota : QUICK,
    );
    await add({ id: "a" }, { id: "b" }, { id: "c" }, { id: "d" });
    const running = runQueue(await deps(), NEVER);
    await clock.advance(60_000);
    expect((await store.task("d"))?.attemptCount).toBe(0);

    const nowMs = clock.nowMs();
    await executeOrThrow(store, { type: "retry_task", nowMs, taskId, note: undefined });
    await clock.advance(60_000);
    expect(await states()).toMatchObject({ [taskId]: "complete", d: "complete" });
    await clock.runUntilDone(running);
  },
);

test.each(["GIT_KILLED", "NO_SPACE", "MACHINE_FULL", "WORKSPACE_IN_USE"] as const)(
  "an attempt whose making ends in %s is given back, and uses no retry",
  async (code) => {
    const { add, deps, clock, store, world } = aQueue();
    await add({ id: "a" });
    const prepare = vi
      .fn<Workspaces["prepare"]>(world.workspaces.prepare)
      .mockRejectedValueOnce(new OrchestraError(code, "The machine is in trouble."));
    const workspaces = { ...world.workspaces, prepare };
    await clock.runUntilDone(runQueue({ ...(await deps()), workspaces }, NEVER));

    expect(await store.task("a")).toMatchObject({ state: "complete", failureCount: 0 });
    expect(await store.attemptsOf("a")).toMatchObject([
      { state: "cancelled", failure: { message: "The machine is in trouble." } },
      { state: "succeeded" },
    ]);
  },
);

test("work that cannot be collected is told, and a person is asked, and others go on", async () => {
  const { add, clock, deps, states, store } = aQueue();
  await add({ id: "a" }, { id: "b" });
  const own = await deps();
  const collect: Workspaces["collect"] = async (workspace, request) => {
    if (workspace.path !== "/w/a") return own.workspaces.collect(workspace, request);
    throw new OrchestraError("GIT_FAILED", "Running git add failed.");
  };
  const workspaces = { ...own.workspaces, collect };
  await clock.runUntilDone(runQueue({ ...own, workspaces }, NEVER));

  expect(await states()).toEqual({ a: "waiting_human", b: "complete" });
  expect(await store.attemptsOf("a")).toHaveLength(5);
  expect((await store.task("a"))?.waitReason).toContain("Running git add failed.");
});

test("an agent that runs past its timeout is ended", async () => {
  const { add, run, store, world } = aQueue(() => ({ takesMs: 1e9 }));
  await add({ id: "a", limits: { timeoutMs: 60_000, stallMs: 0, maxRetries: 0 } });

  await run();
  expect(await store.attemptsOf("a")).toMatchObject([{ state: "timed_out" }]);
  expect(world.alive()).toBe(0);
});

test("agents outlive the engine, and the next one takes them up without starting them again", async () => {
  const { add, run, states, world, clock } = aQueue(() => ({ takesMs: 60_000 }));
  await add({ id: "a" }, { id: "b" });
  const stop = new AbortController();
  const first = run(stop.signal);
  await clock.advance(5_000);
  stop.abort();

  expect(await first).toEqual({ kind: "stopped" });
  expect(world.alive()).toBe(2);
  expect(await run()).toEqual({ kind: "empty", deferredMerges: 0 });
  expect(await states()).toEqual({ a: "complete", b: "complete" });
  expect(world.started.toSorted()).toEqual(["a-1", "b-1"]);
});

test("who stops cancelled attempts leaves alone one that nobody cancelled", async () => {
  const { add, run, deps, store, world, clock } = aQueue(() => ({ takesMs: 60_000 }));
  await add({ id: "a" });
  const stop = new AbortController();
  const first = run(stop.signal);
  await clock.advance(5_000);
  stop.abort();
  await first;

  const [attempt] = await store.attemptsOf("a");
  if (attempt) await clock.runUntilDone(stopAttempt(await deps(), attempt));
  expect(world.alive()).toBe(1);
  expect(await store.attemptsOf("a")).toEqual([attempt]);
});

test("who is to stay when all is done works what comes later, and idles without asking git", async () => {
  const { add, deps, clock, states, world } = aQueue();
  const stop = new AbortController();
  const staying = runQueue({ ...(await deps()), staysWhenEmpty: true }, stop.signal);
  await clock.advance(5_000);
  await add({ id: "a" });
  await clock.advance(60_000);
  expect(await states()).toEqual({ a: "complete" });
  const lists = vi.spyOn(world.workspaces, "list");
  await clock.advance(600_000);
  expect(lists).not.toHaveBeenCalled();
  stop.abort();
  expect(await clock.runUntilDone(staying)).toEqual({ kind: "stopped" });
});

test("cancelling a running task ends its agent and keeps its slot until it is dead", async () => {
  const { add, run, store, clock, world } = aQueue(() => ({ takesMs: 1e9 }));
  await add({ id: "a" });
  const running = run();
  await clock.advance(5_000);
  expect(world.alive()).toBe(1);
  const nowMs = clock.nowMs();
  await executeOrThrow(store, {
    type: "cancel_task",
    nowMs,
    taskId: "a",
    dependents: "wait",
  });

  await running;
  expect(world.alive()).toBe(0);
  expect(await store.task("a")).toMatchObject({ state: "cancelled" });
  expect(await store.attemptsOf("a")).toMatchObject([{ state: "cancelled" }]);
});

test("a merge conflict sends the task back with the conflict, starting from the target", async () => {
  const { add, run, world, store } = aQueue((id) => ({ takesMs: 10, conflicts: id === "a-1" }));
  await add({ id: "a" });

  await run();
  expect(await store.attemptsOf("a")).toMatchObject([
    { state: "failed", failure: { class: "merge_conflict" } },
    { state: "succeeded", startFrom: "target" },
  ]);
  expect(world.prompts.get("a-2")).toContain("conflicts with main in a.txt");
  expect(world.prompts.get("a-2")).toContain("<<<<");
});

test("whoever is stopped in the middle of a merge ends that, and begins nothing more", async () => {
  const { add, deps, clock, states, world } = aQueue();
  await add({ id: "a" }, { id: "b", dependsOn: ["a"] });
  const [stop, git] = [new AbortController(), Promise.withResolvers<void>()];
  const repository: MergeRepository = {
    ...world.repository,
    advance: async (request) => {
      stop.abort();
      await git.promise;
      return world.repository.advance(request);
    },
  };
  const onEnd = vi.fn<(end: QueueEnd) => void>();
  const run = runQueue({ ...(await deps()), repository }, stop.signal).then(onEnd);

  await clock.advance(60_000);
  expect(onEnd).not.toHaveBeenCalled();
  git.resolve();
  await run;
  expect(onEnd).toHaveBeenCalledWith({ kind: "stopped" });
  expect(await states()).toEqual({ a: "complete", b: "ready" });
});

test("a merge into a dirty checkout waits, and says why", async () => {
  const { add, run, world, store } = aQueue();
  world.dirtyFiles.push("notes.txt");
  await add({ id: "a" });

  expect(await run()).toEqual({ kind: "empty", deferredMerges: 1 });
  expect((await store.task("a"))?.waitReason).toContain("uncommitted changes");
  world.dirtyFiles.length = 0;
  await run();
  expect(await store.task("a")).toMatchObject({ state: "complete" });
});
