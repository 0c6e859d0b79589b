import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { realProcesses } from "../agents/process/testing/real-processes.ts";
import type { Command } from "../core/commands.ts";
import { OrchestraError } from "../core/errors.ts";
import { evolveAll } from "../core/evolve.ts";
import { EMPTY_STATE } from "../core/state.ts";
import type { CheckSpec, Task } from "../core/task.ts";
import { aDefinition } from "../core/testing/builders.ts";
import { accept, add, assign, finish, prepare, start } from "../core/testing/steps.ts";
import { executeOrThrow } from "../store/execute.ts";
import type { Store } from "../store/store.ts";
import { openMemoryStore } from "../store/memory/memory-store.ts";
import { systemClock } from "../system-clock.ts";
import { createCheckRunner } from "../verify/process-check-runner.ts";
import {
  createTestRepository,
  instantClock,
  NEVER,
  type TestRepository,
} from "../workspace/testing/test-repository.ts";
import type { WorkspaceConfig } from "../workspace/worktrees-deps.ts";
import type { MergeDeps } from "./merge-one.ts";
import { mergeAll, type MergePass } from "./merge-queue.ts";
import { mergesOf, worked } from "./testing/merges.ts";

const PATH = "/usr/local/bin:/usr/bin:/bin";

type Queue = {
  readonly store: Store;
  /** Queues work that has passed on its own. */
  readonly passed: (id: string, commit: string, checks?: readonly CheckSpec[]) => Promise<void>;
  readonly mergeAll: (given?: Partial<MergeDeps>) => Promise<MergePass>;
  readonly task: (id: string) => Promise<Task | undefined>;
  readonly problems: readonly unknown[];
};

function queueOf(repository: TestRepository, config: Partial<WorkspaceConfig> = {}): Queue {
  const store = openMemoryStore();
  const problems: unknown[] = [];
  const processes = realProcesses();
  const folder = processes.newFolder();
  const deps: MergeDeps = {
    store,
    clock: instantClock,
    repository: mergesOf(repository, config),
    workspaces: repository.workspaces(config),
    checks: createCheckRunner({ processes, clock: systemClock }),
    env: { PATH },
    folders: { path: (attemptId) => join(folder, attemptId) },
    random: () => 0,
    onProblem: (_doing, error) => problems.push(error),
  };
  let state = EMPTY_STATE;
  const run = async (command: Command): Promise<void> => {
    state = evolveAll(state, await executeOrThrow(store, command));
  };
  return {
    store,
    passed: async (id, commit, checks = []) => {
      await run(add(aDefinition({ id, checks }))(state));
      for (const step of [assign(), prepare(id), start(id)]) await run(step(state));
      await run({ ...finish(id)(state), commit } as Command);
      await run(accept(id)(state));
    },
    mergeAll: async (given) => mergeAll({ ...deps, ...given }, NEVER),
    task: async (id) => store.task(id),
    problems,
  };
}

function check(line: string): CheckSpec {
  return { kind: "command", name: line, command: ["sh", "-c", line], timeoutMs: 60_000 };
}

test("checks on merged work see the variables that they saw on its own branch", async () => {
  await using repository = await createTestRepository();
  const queue = queueOf(repository, { env: { MINE: "mine" } });
  const commit = await worked(repository, { "b.txt": "b\n" });
  await repository.commit({ "c.txt": "c\n" }, "Elsewhere");
  const line = 'test "$MINE $ORCHESTRA_TASK_ID $ORCHESTRA_WORKTREE_PATH" = "mine task $PWD"';
  await queue.passed("task", commit, [check(line)]);

  expect(await queue.mergeAll()).toEqual({ settled: ["task"], deferred: 0 });
  expect((await queue.task("task"))?.state).toBe("complete");
});

test("set-up that fails on merged work sends its task back, with what it said", async () => {
  await using repository = await createTestRepository();
  const queue = queueOf(repository, { setup: ["test ! -e b.txt || { echo Broken.; exit 1; }"] });
  const commit = await worked(repository, { "b.txt": "b\n" });
  const other = await worked(repository, { "d.txt": "d\n" });
  await repository.commit({ "c.txt": "c\n" }, "Elsewhere");
  await queue.passed("first", commit);
  await queue.passed("second", other);

  expect(await queue.mergeAll()).toEqual({ settled: ["first", "second"], deferred: 0 });
  expect(await queue.task("first")).toMatchObject({
    state: "ready",
    failure: { class: "merge_conflict", message: expect.stringContaining("Set-up fails") },
  });
  expect((await queue.task("second"))?.state).toBe("complete");
});

test("a check that fails on what an earlier merge had set up is believed after a new set-up", async () => {
  await using repository = await createTestRepository();
  await repository.commit({ "wanted.txt": "1\n" }, "Want one");
  const queue = queueOf(repository, { setup: ["cp wanted.txt installed.log"] });
  const first = await worked(repository, { "b.txt": "b\n" });
  const second = await worked(repository, { "wanted.txt": "2\n" });
  await repository.commit({ "c.txt": "c\n" }, "Elsewhere");
  const isInstalled = check("cmp wanted.txt installed.log");
  await queue.passed("first", first, [isInstalled]);
  await queue.passed("second", second, [isInstalled]);

  expect(await queue.mergeAll()).toEqual({ settled: ["first", "second"], deferred: 0 });
  expect((await queue.task("first"))?.state).toBe("complete");
  expect((await queue.task("second"))?.state).toBe("complete");
});

test("work that somebody else has merged is proven there, too", async () => {
  await using repository = await createTestRepository();
  const queue = queueOf(repository);
  const commit = await worked(repository, { "b.txt": "b\n" });
  await repository.git(["merge", "--quiet", commit]);
  await repository.commit({ "c.txt": "c\n" }, "Elsewhere");
  await queue.passed("task", commit, [check("test ! -e c.txt")]);

  expect(await queue.mergeAll()).toEqual({ settled: ["task"], deferred: 0 });
  expect((await queue.task("task"))?.state).toBe("ready");
});

test("what a person cancels while it is proven on merged work is not merged", async () => {
  await using repository = await createTestRepository();
  const queue = queueOf(repository);
  const tip = await repository.commit({ "c.txt": "c\n" }, "Elsewhere");
  const { prepareMerge, ...others } = mergesOf(repository);
  const cancelling = {
    ...others,
    prepareMerge: async (...given: Parameters<typeof prepareMerge>) => {
      await executeOrThrow(queue.store, {
        type: "cancel_task",
        taskId: "task",
        dependents: "wait",
        nowMs: 0,
      });
      return prepareMerge(...given);
    },
  };
  await queue.passed("task", await worked(repository, { "b.txt": "b\n" }));

  expect(await queue.mergeAll({ repository: cancelling })).toEqual({
    settled: ["task"],
    deferred: 0,
  });
  expect((await queue.task("task"))?.state).toBe("cancelled");
  expect(await repository.git(["rev-parse", "main"])).toBe(tip);
});

test("a merge that git keeps refusing says so on its task, and holds up no other", async () => {
  await using repository = await createTestRepository();
  const queue = queueOf(repository);
  await queue.passed("gone", "0".repeat(40));
  await queue.passed("task", await worked(repository, { "b.txt": "b\n" }));

  expect(await queue.mergeAll()).toEqual({ settled: ["task"], deferred: 1 });
  expect(await queue.task("gone")).toMatchObject({
    state: "awaiting_qa",
    waitReason: expect.stringMatching(/^Its merge waits: .*not in the repository/),
  });
  expect(queue.problems).toEqual([]);
});

test("a target branch that is gone costs no further attempt", async () => {
  await using repository = await createTestRepository();
  const queue = queueOf(repository);
  await queue.passed("task", await worked(repository, { "b.txt": "b\n" }));
  await repository.git(["branch", "-m", "main", "elsewhere"]);

  expect(await queue.mergeAll()).toEqual({ settled: [], deferred: 1 });
  expect(await queue.task("task")).toMatchObject({
    state: "awaiting_qa",
    waitReason: "Its merge waits: the target branch main is gone. Make it again.",
  });
  await repository.git(["branch", "-m", "elsewhere", "main"]);
  expect(await queue.mergeAll()).toEqual({ settled: ["task"], deferred: 0 });
  expect((await queue.task("task"))?.state).toBe("complete");
});

test("an error that nobody has foreseen is tried again, and then stands on its task", async () => {
  await using repository = await createTestRepository();
  const queue = queueOf(repository);
  await queue.passed("task", await worked(repository, { "b.txt": "b\n" }));
  const unforeseen = new Error("Nobody knows.");
  let tries = 0;
  const failing = {
    ...mergesOf(repository),
    prepareMerge: async () => {
      tries += 1;
      throw unforeseen;
    },
  };
  expect(await queue.mergeAll({ repository: failing })).toEqual({ settled: [], deferred: 1 });
  expect(tries).toBe(3);
  expect((await queue.task("task"))?.waitReason).toBe("Its merge waits: Nobody knows.");
  expect(queue.problems).toEqual([unforeseen]);
});

test("a lock that is held for a moment only delays a merge", async () => {
  await using repository = await createTestRepository();
  const queue = queueOf(repository);
  await queue.passed("task", await worked(repository, { "b.txt": "b\n" }));
  const lock = join(repository.root, ".git/index.lock");
  await writeFile(lock, "");
  const merges = mergesOf(repository);
  const unlocking = {
    ...merges,
    advance: async (...given: Parameters<typeof merges.advance>) => {
      try {
        return await merges.advance(...given);
      } finally {
        await rm(lock, { force: true });
      }
    },
  };
  expect(await queue.mergeAll({ repository: unlocking })).toEqual({
    settled: ["task"],
    deferred: 0,
  });
});

test("trouble of the machine is told, and stands on no task", async () => {
  await using repository = await createTestRepository();
  const queue = queueOf(repository);
  await queue.passed("task", await worked(repository, { "b.txt": "b\n" }));
  const troubles = [
    new OrchestraError("NO_SPACE", "The disk is full."),
    new OrchestraError("MACHINE_FULL", "Too many files are open."),
  ];
  for (const trouble of troubles) {
    const troubled = {
      ...mergesOf(repository),
      prepareMerge: async () => {
        throw trouble;
      },
    };
    expect(await queue.mergeAll({ repository: troubled })).toEqual({ settled: [], deferred: 0 });
  }
  expect(queue.problems).toEqual(troubles);
  expect((await queue.task("task"))?.waitReason).toBeUndefined();
});

test("however many merges have to wait, all are told, and the check-out is looked at once", async () => {
  await using repository = await createTestRepository();
  const queue = queueOf(repository);
  const commit = await repository.git(["rev-parse", "main"]);
  for (let number = 1; number <= 101; number += 1) await queue.passed(`task-${number}`, commit);
  let looks = 0;
  const dirtyRepository = {
    ...mergesOf(repository),
    dirtyCheckout: async () => {
      looks += 1;
      return { path: repository.root, files: ["a.txt"] };
    },
  };
  expect(await queue.mergeAll({ repository: dirtyRepository })).toEqual({
    settled: [],
    deferred: 101,
  });
  expect(looks).toBe(1);
});
