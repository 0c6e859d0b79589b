import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AgentOutcome, LaunchRequest, StreamReport } from "../../agents/adapter.ts";
import { ATTEMPT_FILES, type ProcessState } from "../../agents/processes.ts";
import { OrchestraError } from "../../core/errors.ts";
import type { AttemptFolders, Transcript } from "./attempt-folders.ts";
import { TERMINATION_GRACE_MS, type Agent, type NodeDeps } from "./deps.ts";
import { createFileAttemptFolders } from "./file-attempt-folders.ts";
import { endInbox, inputOf } from "./inbox.ts";
import { launchEnvironment } from "./launch-environment.ts";
import { withUsageFile } from "./usage-file.ts";

/** What came of asking an agent a question, outside of any task. */
export type Trial = {
  readonly outcome: AgentOutcome;
  readonly report: StreamReport;
  readonly tookMs: number;
};

type TrialDeps = Pick<NodeDeps, "processes" | "clock" | "env" | "newSessionId"> & {
  /** Makes the folder that it is asked in; commands may name files of the project. */
  readonly makeFolder: (path: string) => Promise<void>;
};

const ID = "trial-1";
const QUESTION = "Answer with the one word: ready. Use no tool, and change no file.";
const LOOK_EVERY_MS = 100;

/**
 * Asks an agent to answer with a word, by the same way as for real work, in a folder of its own that
 * is gone afterwards. Nothing it has started is left when this resolves. Throws `AGENT_UNUSABLE` when
 * it cannot be started.
 */
export async function tryAgent(
  deps: TrialDeps,
  agent: Agent,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Trial> {
  const place = await mkdtemp(join(tmpdir(), "orchestra-trial-"));
  const folders = createFileAttemptFolders(place);
  const folder = folders.path(ID);
  const workspacePath = join(place, "work");
  try {
    await deps.makeFolder(workspacePath);
    const startedMs = deps.clock.awakeMs();
    await start(deps, agent, folders, workspacePath);
    const transcript = folders.openTranscript(ID, agent.adapter.createParser());
    const isOver = (): boolean => signal.aborted || deps.clock.awakeMs() - startedMs >= timeoutMs;
    const state = await untilEnd(deps, folder, transcript, isOver, signal);
    const report = await withUsageFile(folders, {
      attemptId: ID,
      adapter: agent.adapter,
      report: transcript.report(),
      earlier: async () => undefined,
    });
    const stderrTail = await folders.stderrTail(ID);
    const outcome = outcomeOf(agent, state, { report, stderrTail, timeoutMs });
    return { outcome, report, tookMs: deps.clock.awakeMs() - startedMs };
  } finally {
    const { isProvenDead } = await deps.processes.terminate(folder, TERMINATION_GRACE_MS);
    if (isProvenDead) await rm(place, { recursive: true, force: true });
  }
}

async function start(
  { processes, env, newSessionId }: TrialDeps,
  { adapter, config }: Agent,
  folders: AttemptFolders,
  workspacePath: string,
): Promise<void> {
  const request: LaunchRequest = {
    prompt: QUESTION,
    promptFile: (await folders.keepPrompt(ID, QUESTION)).file,
    usageFile: join(folders.path(ID), ATTEMPT_FILES.usage),
    taskId: "trial",
    attemptId: ID,
    workspacePath,
    sessionId: adapter.capabilities.presetSessionId ? newSessionId() : undefined,
    resumeSessionId: undefined,
  };
  const launch = adapter.launch(request);
  const input = await inputOf(folders, { adapter, launch }, { attemptId: ID, prompt: QUESTION });
  if (adapter.steering) await endInbox(folders, ID);
  await processes.start({
    folder: folders.path(ID),
    command: launch.command,
    cwd: workspacePath,
    env: launchEnvironment(env, launch, config),
    ...input,
    note: "",
  });
}

async function untilEnd(
  { processes, clock }: TrialDeps,
  folder: string,
  transcript: Transcript,
  isOver: () => boolean,
  signal: AbortSignal,
): Promise<ProcessState> {
  for (;;) {
    const state = await processes.inspect(folder);
    const hasEnded = state.kind !== "running";
    await transcript.read(hasEnded);
    if (hasEnded || isOver()) return state;
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}

type Seen = {
  readonly report: StreamReport;
  readonly stderrTail: string;
  readonly timeoutMs: number;
};

function outcomeOf(agent: Agent, state: ProcessState, seen: Seen): AgentOutcome {
  if (state.kind === "exited") {
    const { exitCode, signal } = state;
    return agent.adapter.classifyEnd(
      { exitCode, signal, stderrTail: seen.stderrTail },
      seen.report,
    );
  }
  if (state.kind === "running") {
    const message = `It has not answered within ${seen.timeoutMs / 1_000} s.`;
    return { kind: "failed", end: "timed_out", failure: { class: "timeout", message } };
  }
  throw new OrchestraError(
    "AGENT_UNUSABLE",
    `The agent ${agent.config.name} was gone, and nobody saw how it ended.`,
  );
}
