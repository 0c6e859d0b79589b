import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import type {
  AgentAdapter,
  AgentEvent,
  AgentOutcome,
  Launch,
  LaunchRequest,
  StreamReport,
} from "../../src/agents/adapter.ts";
import { readLines } from "../../src/agents/bridge/read-lines.ts";
import { createClaudeAdapter } from "../../src/agents/claude/claude.ts";
import { anAgentConfig, aLaunchRequest } from "../../src/agents/testing/requests.ts";
import { claudeEnv } from "./claude-env.ts";
import type { ScriptedEndpoint } from "./scripted-endpoint.ts";

/** A home and a working directory for real sessions of Claude Code. */
export type Place = {
  readonly home: string;
  readonly workspace: string;
  readonly [Symbol.dispose]: () => void;
};

export function createPlace(): Place {
  const root = mkdtempSync(join(tmpdir(), "orchestra-claude-"));
  const [home, workspace] = [join(root, "home"), join(root, "workspace")];
  for (const folder of [home, workspace]) mkdirSync(folder);
  const remove = (): void => rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  return { home, workspace, [Symbol.dispose]: remove };
}

/** A real Claude Code at work. */
export type ClaudeSession = {
  /** The first event that fits; rejects when it takes too long or will not come. */
  readonly event: (fits: (event: AgentEvent) => boolean) => Promise<AgentEvent>;
  /** The first line of output that holds this text. */
  readonly line: (part: string) => Promise<string>;
  /** Says something to a session that listens. */
  readonly write: (line: string) => void;
  readonly finishInput: () => void;
  readonly kill: () => void;
  readonly end: Promise<{ readonly report: StreamReport; readonly outcome: AgentOutcome }>;
};

export type ClaudeOptions = {
  readonly claude: string;
  readonly place: Place;
  readonly endpoint: Pick<ScriptedEndpoint, "url">;
  readonly request?: Partial<LaunchRequest>;
  readonly args?: readonly string[];
  readonly account?: Readonly<Record<string, string>>;
  /** Variables that surround it, as those of a Claude Code that started the tests. */
  readonly surroundings?: Readonly<Record<string, string>>;
  /** Leaves standard input open, so that `write` reaches the agent. */
  readonly listens?: boolean;
};

const EVENT_WITHIN_MS = 240_000;

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** Starts Claude Code the way the adapter says, and reads it with the adapter's parser. */
export function startClaude(options: ClaudeOptions): ClaudeSession {
  const { claude, args = [], place } = options;
  const config = anAgentConfig({ command: [claude, ...args], model: "claude-sonnet-4-5" });
  const adapter = createClaudeAdapter(config, { isRoot: process.getuid?.() === 0 });
  const request = aLaunchRequest({ workspacePath: place.workspace, ...options.request });
  const launch = adapter.launch(request);
  const child = spawnAgent(launch, options);
  child.stdin.write(adapter.steering?.message(request.prompt, request.attemptId));
  if (!options.listens) child.stdin.end();

  const lines: string[] = [];
  const events: AgentEvent[] = [];
  const arrivals = new EventTarget();
  return {
    event: async (fits) => first(events, arrivals, fits),
    line: async (part) => first(lines, arrivals, (line) => line.includes(part)),
    write: (line) => child.stdin.write(line),
    finishInput: () => child.stdin.end(),
    kill: () => child.kill("SIGKILL"),
    end: readToEnd(adapter, child, (line, told) => {
      lines.push(line);
      events.push(...told);
      arrivals.dispatchEvent(new Event("output"));
    }),
  };
}

function spawnAgent(launch: Launch, options: ClaudeOptions): Child {
  const { place, endpoint, account, surroundings } = options;
  const all = { ...surroundings, ...claudeEnv(endpoint, place.home, account), ...launch.env };
  const [executable = "", ...args] = launch.command;
  return spawn(executable, args, {
    cwd: place.workspace,
    env: Object.fromEntries(
      Object.entries(all).filter(([name]) => !launch.unsetEnv.includes(name)),
    ),
    stdio: ["pipe", "pipe", "pipe"],
  });
}

async function first<T>(
  seen: readonly T[],
  arrivals: EventTarget,
  fits: (one: T) => boolean,
): Promise<T> {
  const signal = AbortSignal.timeout(EVENT_WITHIN_MS);
  for (;;) {
    const found = seen.find(fits);
    if (found !== undefined) return found;
    await once(arrivals, "output", { signal });
  }
}

async function readToEnd(
  adapter: AgentAdapter,
  child: Child,
  onLine: (line: string, told: readonly AgentEvent[]) => void,
): ClaudeSession["end"] {
  const parser = adapter.createParser();
  const closed = once(child, "close");
  const stderr = text(child.stderr);
  await readLines(child.stdout, (line) => onLine(line, parser.push(line)));
  await closed;
  const end = {
    exitCode: child.exitCode ?? undefined,
    signal: child.signalCode ?? undefined,
    stderrTail: await stderr,
  };
  return { report: parser.report(), outcome: adapter.classifyEnd(end, parser.report()) };
}
