import { nothingTold } from "../../agents/json-lines.ts";
import type { AgentAdapter, AgentOutcome, StreamReport } from "../../agents/adapter.ts";
import type { Processes, ProcessState } from "../../agents/processes.ts";
import type { AttemptFolders } from "../../cluster/node/attempt-folders.ts";
import type { Clock } from "../../core/clock.ts";
import type { LifeRecord } from "../../core/limits.ts";
import type { MergeRepository, PreparedMerge } from "../../merge/repository.ts";
import type { CheckRunner } from "../../verify/check-runner.ts";
import type { Workspaces } from "../../workspace/workspace.ts";

/** What a simulated agent does, by the id of its attempt. */
export type Script = (attemptId: string) => Deed;

export type Deed = {
  readonly takesMs: number;
  /** When its provider gives it the first answer; without it none is seen. */
  readonly answeredAfterMs?: number;
  readonly outcome?: AgentOutcome;
  readonly failingCheck?: string;
  readonly conflicts?: boolean;
};

/** The world outside the engine, in memory; it goes on while no engine looks. */
export type SimulatedWorld = {
  readonly processes: Processes;
  readonly workspaces: Workspaces;
  readonly repository: MergeRepository;
  readonly checks: CheckRunner;
  readonly folders: AttemptFolders;
  readonly adapter: AgentAdapter;
  /** Attempts in the order their processes were started. */
  readonly started: string[];
  readonly prompts: Map<string, string>;
  /** What agents that listen are told, by attempt. */
  readonly inboxes: Map<string, string>;
  /** Tasks in the order they were merged. */
  readonly merged: string[];
  readonly dirtyFiles: string[];
  /** The most processes that were alive at once. */
  readonly peak: () => number;
  readonly alive: () => number;
};

type Running = {
  readonly id: string;
  readonly note: string;
  readonly endsAtMs: number;
  killedAtMs?: number;
};

const HERE = { host: "here", pid: 1, startTime: "1", bootId: "b" };

export function createSimulatedWorld(clock: Clock, script: Script): SimulatedWorld {
  const running = new Map<string, Running>();
  const lives = new Map<string, LifeRecord>();
  const workspaces = new Set<string>();
  const world = {
    started: [] as string[],
    merged: [] as string[],
    prompts: new Map<string, string>(),
    inboxes: new Map<string, string>(),
    dirtyFiles: [] as string[],
  };
  let peak = 0;
  const stateOf = (folder: string): ProcessState => {
    const one = running.get(folder);
    if (!one) return { kind: "not_started" };
    if (one.killedAtMs !== undefined) return { kind: "vanished" };
    if (clock.nowMs() < one.endsAtMs) return { kind: "running", pid: 1 };
    return { kind: "exited", exitCode: 0, signal: undefined, endedAtMs: one.endsAtMs };
  };
  /** Folders that were ended before anything started in them: nothing starts there any more. */
  const closed = new Set<string>();
  const maybeAlive = new Set<string>();
  const alive = (): number => {
    for (const folder of maybeAlive) {
      if (stateOf(folder).kind !== "running") maybeAlive.delete(folder);
    }
    return maybeAlive.size;
  };
  return {
    ...world,
    peak: () => peak,
    alive,
    processes: {
      start: async ({ folder, note }) => {
        if (running.has(folder) || closed.has(folder)) return;
        world.started.push(folder);
        running.set(folder, {
          id: folder,
          note,
          endsAtMs: clock.nowMs() + script(folder).takesMs,
        });
        maybeAlive.add(folder);
        peak = Math.max(peak, alive());
      },
      inspect: async (folder) => stateOf(folder),
      noteOf: async (folder) => running.get(folder)?.note,
      terminate: async (folder) => {
        const one = running.get(folder);
        if (!one) closed.add(folder);
        if (one && stateOf(folder).kind === "running") one.killedAtMs = clock.nowMs();
        return { survivorsKilled: 0, isProvenDead: true };
      },
      self: async () => HERE,
      isAlive: async () => "dead",
    },
    workspaces: simulatedWorkspaces(workspaces),
    repository: simulatedRepository(world, script),
    checks: simulatedChecks(script),
    folders: simulatedFolders(lives, world, (folder) => {
      const { endsAtMs = Infinity } = running.get(folder) ?? {};
      const { takesMs, answeredAfterMs = Infinity } = script(folder);
      return clock.nowMs() >= endsAtMs - takesMs + answeredAfterMs;
    }),
    adapter: simulatedAdapter(script),
  };
}

function simulatedWorkspaces(existing: Set<string>): Workspaces {
  return {
    prepare: async ({ taskId, branch, baseBranch }) => {
      existing.add(taskId);
      return { path: `/w/${taskId}`, branch, baseBranch, baseCommit: "base", env: {} };
    },
    collect: async (_workspace, { attemptId }) => ({
      commit: `commit-of-${attemptId}`,
      hasChanges: true,
      leftovers: [],
      diffStat: "1 file changed",
    }),
    remove: async ({ taskId }) => void existing.delete(taskId),
    prewarm: async () => undefined,
    rescued: async () => [],
    restore: async () => undefined,
    environment: () => ({}),
    list: async () => [...existing],
    branchCommit: async () => undefined,
  };
}

function simulatedRepository(
  world: Pick<SimulatedWorld, "merged" | "dirtyFiles">,
  script: Script,
): MergeRepository {
  return {
    prepareMerge: async ({ commit }): Promise<PreparedMerge> => {
      if (script(commit.replace("commit-of-", "")).conflicts) {
        return { kind: "conflict", files: ["a.txt"], excerpt: "<<<<", targetCommit: "target" };
      }
      return {
        kind: "prepared",
        targetCommit: "target",
        mergedCommit: `merge-of-${commit}`,
        toProve: undefined,
      };
    },
    dirtyCheckout: async () =>
      world.dirtyFiles.length > 0 ? { path: "/repo", files: world.dirtyFiles } : undefined,
    advance: async ({ merged }) => {
      world.merged.push(merged.replace("merge-of-commit-of-", ""));
      return { kind: "advanced" };
    },
    isMerged: async () => true,
  };
}

function simulatedChecks(script: Script): CheckRunner {
  return {
    run: async ({ checks, commit }) =>
      checks.map((check) => ({
        check: check.name,
        commit,
        passed: script(commit.replace("commit-of-", "")).failingCheck !== check.name,
        exitCode: undefined,
        durationMs: 1,
        output: `output of ${check.name}`,
      })),
  };
}

function simulatedFolders(
  lives: Map<string, LifeRecord>,
  { prompts, inboxes }: Pick<SimulatedWorld, "prompts" | "inboxes">,
  isAnswered: (attemptId: string) => boolean,
): AttemptFolders {
  return {
    path: (attemptId) => attemptId,
    take: async () => true,
    putAside: async () => undefined,
    keepPrompt: async (attemptId, prompt) => {
      const isNew = !prompts.has(attemptId);
      if (isNew) prompts.set(attemptId, prompt);
      return { file: `/prompts/${attemptId}`, isNew };
    },
    openInbox: async (attemptId, line) => {
      const isNew = !inboxes.has(attemptId);
      if (isNew) inboxes.set(attemptId, line);
      return { file: `/inboxes/${attemptId}`, isNew };
    },
    readInbox: async (attemptId) => inboxes.get(attemptId) ?? "",
    appendInbox: async (attemptId, bytes) => {
      inboxes.set(attemptId, `${inboxes.get(attemptId) ?? ""}${bytes}`);
    },
    life: async (attemptId, awakeMs) =>
      lives.get(attemptId) ?? {
        startedAwakeMs: awakeMs,
        lastOutputAwakeMs: awakeMs,
        outputBytes: 0,
      },
    keepLife: async (attemptId, life) => void lives.set(attemptId, life),
    openTranscript: (attemptId) => ({
      read: async () => undefined,
      report: () => {
        const report = reportOf(attemptId);
        return isAnswered(attemptId)
          ? { ...report, usage: { ...report.usage, outputTokens: 1 } }
          : report;
      },
      sizeBytes: () => 0,
    }),
    stderrTail: async () => "",
    usageText: async () => "",
    makeSentinelFolder: async () => undefined,
    sentinel: () => undefined,
    cutOutput: async () => undefined,
  };
}

function simulatedAdapter(script: Script): AgentAdapter {
  return {
    name: "simulated",
    capabilities: { resume: true, presetSessionId: true, tokens: false, cost: false },
    launch: ({ attemptId }) => ({
      command: [attemptId],
      env: {},
      unsetEnv: [],
      stdinFile: undefined,
    }),
    createParser: () => ({ push: () => [], report: () => reportOf("") }),
    classifyEnd: (_end, report) =>
      script(report.resultText ?? "").outcome ?? { kind: "succeeded", summary: "done" },
    probe: { args: [], readVersion: () => "1" },
    steering: undefined,
  };
}

function reportOf(attemptId: string): StreamReport {
  return {
    ...nothingTold(),
    resultText: attemptId,
    lastMessages: [`words of ${attemptId}`],
    hasOutput: true,
  };
}
