import { expect, test } from "vitest";
import { executeOrThrow } from "../store/execute.ts";
import type { RemoveRequest } from "../workspace/workspace.ts";
import { dispatchOnce } from "./dispatcher.ts";
import { rememberAgentHolds } from "./agent-holds.ts";
import { runQueue } from "./run-queue.ts";
import { aQueue, NEVER } from "./testing/a-queue.ts";
import { createTidier, tidyWorkspaces } from "./tidy-workspaces.ts";

test("the workspace of a task that began and ended between two looks is removed", async () => {
  const { add, clock, deps, store } = aQueue(() => ({ takesMs: 1 }));
  const own = await deps();
  const removed: string[] = [];
  const workspaces = {
    ...own.workspaces,
    list: async () => [],
    remove: async ({ taskId }: RemoveRequest) => void removed.push(taskId),
  };
  const tidier = createTidier({ ...own, workspaces }, NEVER);
  await tidier.tidyEnded([], await store.liveAttempts());

  await add({ id: "a", merges: false });
  await clock.runUntilDone(runQueue(own, NEVER));
  await tidier.tidyEnded([], await store.liveAttempts());
  expect(removed).toEqual(["a"]);
  await tidier.tidyEnded([], await store.liveAttempts());
  expect(removed).toEqual(["a"]);
});

test("what an attempt left that began while its ended task was tidied is not tidied with it", async () => {
  const { add, clock, deps, store } = aQueue(() => ({ takesMs: 1e9 }));
  await add({ id: "a" });
  const own = await deps();
  const running = runQueue(own, NEVER);
  await clock.advance(5_000);
  const nowMs = clock.nowMs();
  await executeOrThrow(store, { type: "cancel_task", taskId: "a", dependents: "wait", nowMs });
  await clock.runUntilDone(running);

  const removed: RemoveRequest[] = [];
  const workspaces = {
    ...own.workspaces,
    list: async () => ["a"],
    remove: async (request: RemoveRequest) => void removed.push(request),
  };
  const lateStore = {
    ...store,
    tasksById: async (ids: readonly string[]) => {
      const tasks = await store.tasksById(ids);
      await executeOrThrow(store, { type: "retry_task", taskId: "a", note: undefined, nowMs });
      await dispatchOnce({ ...own, agentHolds: rememberAgentHolds(own) });
      const { epoch = 0 } = (await store.attemptsOf("a")).at(-1) ?? {};
      const why = { reason: "It is paused.", jitter: 0, byHuman: true };
      const given = { attemptId: "a-2", epoch, nowMs };
      await executeOrThrow(store, { type: "return_attempt", ...given, ...why });
      return tasks;
    },
  };
  await tidyWorkspaces({ ...own, store: lateStore, workspaces });

  expect((await store.attemptsOf("a")).map(({ id }) => id)).toEqual(["a-1", "a-2"]);
  expect(removed).toMatchObject([{ branches: ["orchestra/a-a/1"] }]);
});
