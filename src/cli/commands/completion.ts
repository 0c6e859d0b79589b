import type { Command } from "commander";
import { lookUpConfig } from "../../config/cached-config.ts";
import { projectPaths } from "../../config/paths.ts";
import { complete, type Candidate, type Completion } from "../../core/reports/completion.ts";
import { heldUntilMs } from "../../core/schedule.ts";
import type { Task, TaskState } from "../../core/task.ts";
import type { Cli } from "../cli.ts";
import { commandWords } from "../report/command-words.ts";
import { COMPLETION_SCRIPTS, type Shell } from "../report/completion-scripts.ts";
import { printable } from "../terminal.ts";

const CANDIDATES_MAX = 100;
/** Among so many ids that begin alike, those are looked for that the command can be about. */
const IDS_MAX = 1_000;
const DESCRIPTION_LENGTH_MAX = 60;
/** Nobody waits at a prompt for a server that is away; what was found until then is shown. */
const PATIENCE_MS = 3_000;

/** Prints what a shell needs to complete what is typed. */
export function printScript(cli: Cli, shell: Shell): void {
  const script = COMPLETION_SCRIPTS[shell];
  cli.terminal.json({ shell, script });
  cli.terminal.say(script);
}

/** Answers a shell, a candidate a line; whatever is wrong, there is nothing to complete. */
export async function answerShell(cli: Cli, program: Command, typed: string): Promise<void> {
  setTimeout(() => process.exit(), PATIENCE_MS).unref();
  // The program's name comes first, and a dot last.
  const words = typed.split("\n").slice(1, -1);
  const completion = complete(commandWords(program), words);
  if (completion.wants === "files") return cli.terminal.say(":files");
  say(cli, completion.candidates);
  try {
    useStoreOf(cli, words);
    say(cli, await liveCandidates(cli, completion));
  } catch {
    // No repository, a blackboard that cannot be read: a prompt is no place to say so.
  }
}

function say(cli: Cli, candidates: readonly Candidate[]): void {
  for (const { word, description } of candidates.slice(0, CANDIDATES_MAX)) {
    const text = Array.from(printable(description).replaceAll(/\s+/g, " "));
    cli.terminal.say(`${word}\t${text.slice(0, DESCRIPTION_LENGTH_MAX).join("")}`);
  }
}

/** What is typed may name the blackboard whose tasks are meant. */
function useStoreOf(cli: Cli, words: readonly string[]): void {
  const index = words.findIndex((word) => word === "--store" || word.startsWith("--store="));
  const word = words[index] ?? "";
  const url = word === "--store" ? words[index + 1] : word.slice("--store=".length);
  if (url !== undefined && url !== "" && index < words.length - 1) cli.useStore(url);
}

async function liveCandidates(cli: Cli, completion: Completion): Promise<Candidate[]> {
  const { prefix, before } = completion;
  const found = await wantedBy(cli, completion);
  return found
    .filter(({ word }) => word.startsWith(prefix))
    .map((one) => ({ ...one, word: before + one.word }));
}

async function wantedBy(cli: Cli, completion: Completion): Promise<Candidate[]> {
  switch (completion.wants) {
    case "tasks":
      return tasksFor(cli, completion);
    case "agents":
      return agents(cli);
    case "keys":
      return keys(cli, completion);
    default:
      return [];
  }
}

/** The keys of the part of the configuration that is typed. */
async function keys(cli: Cli, { prefix }: Completion): Promise<Candidate[]> {
  const { knownKeys } = await import("../../config/known-keys.ts");
  const path = prefix.split(".").slice(0, -1);
  const isAgents = path.length === 1 && path[0] === "agents";
  const names = isAgents ? (await agents(cli)).map(({ word }) => word) : knownKeys(path);
  return names.map((name) => ({ word: [...path, name].join("."), description: "" }));
}

const OPEN: readonly TaskState[] = [
  "planned",
  "ready",
  "active",
  "awaiting_qa",
  "failed",
  "waiting_human",
];

/** What a command can be about; the others about any task. */
const STATES_FOR: Readonly<Record<string, readonly TaskState[]>> = {
  start: OPEN,
  wait: OPEN,
  cancel: OPEN,
  resolve: ["waiting_human"],
  send: OPEN,
  interrupt: ["active"],
  pause: OPEN,
  resume: OPEN,
  retry: ["waiting_human", "ready", "cancelled", "abandoned"],
};

/** The newest first where nothing is typed yet. */
async function tasksFor(cli: Cli, { command, prefix }: Completion): Promise<Candidate[]> {
  await using reader = await cli.openReader();
  if (!reader) return [];
  const states = STATES_FOR[command];
  if (prefix === "") {
    const limit = CANDIDATES_MAX;
    const filter = states ? { states, newestFirst: true, limit } : { newestFirst: true, limit };
    return (await reader.tasks(filter)).filter((task) => isMeant(command, task)).map(candidateOf);
  }
  const ids = await reader.taskIdsWithPrefix(prefix, IDS_MAX);
  const tasks = [...(await reader.tasksById(ids)).values()];
  return tasks
    .filter(({ state }) => states?.includes(state) ?? true)
    .filter((task) => isMeant(command, task))
    .map(candidateOf);
}

/** Only what is paused can be resumed; of tasks that are ready, those sent back to work that are held. */
function isMeant(command: string, task: Task): boolean {
  if (command === "resume") return task.pausedAtMs !== undefined;
  return command !== "retry" || task.state !== "ready" || heldUntilMs(task) !== undefined;
}

function candidateOf({ id, title, state }: Task): Candidate {
  return { word: id, description: `${state.replaceAll("_", " ")}: ${title}` };
}

async function agents(cli: Cli): Promise<Candidate[]> {
  const { root } = await cli.findRepository();
  const config = await lookUpConfig(root, projectPaths(root).stateFolder);
  return Object.keys(config.agents).map((word) => ({ word, description: "agent" }));
}
