import type { AgentAdapter, StreamReport } from "../../src/agents/adapter.ts";
import { nothingTold } from "../../src/agents/json-lines.ts";
import { anAgentConfig } from "../../src/agents/testing/requests.ts";
import type { AttemptFolders } from "../../src/cluster/node/attempt-folders.ts";
import type { Agent } from "../../src/cluster/node/deps.ts";
import { NO_USAGE } from "../../src/core/usage.ts";
import { outcomeOf } from "./deed.ts";
import { folderOf } from "./machine.ts";
import { goesWrong, refuseOnFullDisk, turn, type Program, type World } from "./world.ts";

/** What is kept beside the blackboard, on the disk of the process's machine. */
export function simulatedFolders(world: World, program: Program): AttemptFolders {
  const { machine } = program;
  return {
    path: (attemptId) => attemptId,
    keepPrompt: async (attemptId, prompt) => {
      await turn(world, program, `keeps the prompt of ${attemptId}`);
      refuseOnFullDisk(world, `keeping the prompt of ${attemptId}`);
      folderOf(machine, attemptId).prompt = prompt;
      return `/prompts/${attemptId}`;
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
  const outputTokens = world.agents.get(attemptId)?.outputBytes ?? 0;
  return {
    ...nothingTold(),
    usage: { ...NO_USAGE, outputTokens },
    resultText: attemptId,
    hasOutput: true,
  };
}

/** An agent of this name: all are alike but in what they happen to do. */
export function simulatedAgent(world: World, name: string): Agent {
  return {
    adapter: adapterOf(world),
    config: anAgentConfig({ name, adapter: "simulated" }),
  };
}

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
