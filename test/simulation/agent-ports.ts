import type { AgentAdapter, Steering, StreamReport } from "../../src/agents/adapter.ts";
import { nothingTold } from "../../src/agents/json-lines.ts";
import { anAgentConfig } from "../../src/agents/testing/requests.ts";
import type { AttemptFolders } from "../../src/cluster/node/attempt-folders.ts";
import type { Agent } from "../../src/cluster/node/deps.ts";
import { OrchestraError } from "../../src/core/errors.ts";
import { NO_USAGE } from "../../src/core/usage.ts";
import { outcomeOf } from "./deed.ts";
import { folderOf } from "./machine.ts";
import { goesWrong, refuseOnFullDisk, turn, type Program, type World } from "./world.ts";

/** What is kept beside the blackboard, on the disk of the process's machine. */
export function simulatedFolders(world: World, program: Program): AttemptFolders {
  const { machine } = program;
  return {
    path: (attemptId) => attemptId,
    take: async () => true,
    putAside: async () => undefined,
    keepPrompt: async (attemptId, prompt) => {
      await turn(world, program, `keeps the prompt of ${attemptId}`);
      refuseOnFullDisk(world, `keeping the prompt of ${attemptId}`);
      const folder = folderOf(machine, attemptId);
      const isNew = folder.prompt === undefined;
      folder.prompt ??= prompt;
      return { file: `/prompts/${attemptId}`, isNew };
    },
    openInbox: async (attemptId, line) => {
      await turn(world, program, `keeps the inbox of ${attemptId}`);
      refuseOnFullDisk(world, `keeping the inbox of ${attemptId}`);
      const folder = folderOf(machine, attemptId);
      const isNew = folder.inbox === undefined;
      folder.inbox ??= line;
      return { file: `/inboxes/${attemptId}`, isNew };
    },
    readInbox: async (attemptId) => folderOf(machine, attemptId).inbox ?? "",
    appendInbox: async (attemptId, bytes) => {
      await turn(world, program, `tells ${attemptId}`);
      refuseOnFullDisk(world, `telling ${attemptId}`);
      const folder = folderOf(machine, attemptId);
      // Whoever is killed, or meets a full disk, may have written a part.
      const isTorn = goesWrong(world, 0.2, "torn line");
      const half = Math.floor(bytes.length / 2);
      folder.inbox = `${folder.inbox ?? ""}${isTorn ? bytes.slice(0, half) : bytes}`;
      if (isTorn) throw new OrchestraError("NO_SPACE", `The disk is full: telling ${attemptId}.`);
      world.agents.get(attemptId)?.onInbox();
    },
    life: async (attemptId, awakeMs) => {
      const { life } = folderOf(machine, attemptId);
      if (life && life.startedAwakeMs <= awakeMs) return life;
      return { startedAwakeMs: awakeMs, lastOutputAwakeMs: awakeMs, outputBytes: 0 };
    },
    keepLife: async (attemptId, life) => {
      await turn(world, program, `keeps the life of ${attemptId}`);
      folderOf(machine, attemptId).life = life;
    },
    openTranscript: (attemptId) => {
      let [report, sizeBytes] = [reportOf(world, attemptId), 0];
      return {
        read: async () => {
          sizeBytes = world.agents.get(attemptId)?.outputBytes ?? 0;
          report = reportOf(world, attemptId);
          if (!goesWrong(world, 0.6)) return;
          const delayMs = goesWrong(world, 2 * world.scenario.pace.late)
            ? world.trouble.stream.below(5_000)
            : 0;
          await turn(world, program, `has read ${attemptId}`, delayMs);
        },
        report: () => report,
        sizeBytes: () => sizeBytes,
      };
    },
    stderrTail: async () => "",
    usageText: async () => "",
    makeSentinelFolder: async () => undefined,
    sentinel: () => undefined,
    cutOutput: async () => undefined,
  };
}

function reportOf(world: World, attemptId: string): StreamReport {
  const life = world.agents.get(attemptId);
  const outputTokens = life?.outputBytes ?? 0;
  return {
    ...nothingTold(),
    usage: { ...NO_USAGE, outputTokens },
    resultText: attemptId,
    hasOutput: true,
    heard: [...(life?.heard ?? [])],
    isTurnOver: life?.isTurnOver ?? false,
  };
}

/** An agent of this name: all are alike but in what they happen to do. */
export function simulatedAgent(world: World, name: string): Agent {
  return {
    adapter: { ...adapterOf(world), steering: name === "claude" ? STEERING : undefined },
    config: anAgentConfig({ name, adapter: "simulated" }),
  };
}

/** A line is a word and an id: what is said is in nobody's way. */
const STEERING: Steering = {
  message: (_text, id) => `say ${id}\n`,
  interrupt: (id) => `stop ${id}\n`,
};

function adapterOf(world: World): AgentAdapter {
  return {
    name: "simulated",
    capabilities: { resume: true, presetSessionId: true, tokens: true, cost: false },
    launch: ({ attemptId }) => ({
      command: [attemptId],
      env: {},
      unsetEnv: [],
      stdinFile: undefined,
    }),
    createParser: () => ({ push: () => [], report: () => reportOf(world, "") }),
    classifyEnd: ({ exitCode }, { resultText = "" }) => {
      const life = world.agents.get(resultText);
      if (!life) throw new Error(`${resultText} is said to have ended, and never began.`);
      return outcomeOf(life.deed, exitCode, life.startedAtMs);
    },
    probe: undefined,
    steering: undefined,
  };
}
