import { spawn } from "node:child_process";
import { pipeline, type Readable, type Writable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { AGENT_LINE_BYTES_MAX, boundLines } from "./bounded-lines.ts";

/** The agent, as a child of its bridge and in its process group. */
export type AgentProcess = {
  /** Its standard input and output. */
  readonly input: Writable;
  readonly output: Readable;
  readonly ended: Promise<AgentEnd>;
  /** Lets it end, and makes it end when it does not. */
  readonly stop: () => Promise<void>;
};

/** How it ended; the message follows its name. */
export type AgentEnd = {
  readonly reason: "not_started" | "ended";
  readonly message: string;
  /** `undefined` when there is none: it never ran, or was ended by a signal. */
  readonly exitCode: number | undefined;
};

const STOP_GRACE_MS = 3_000;
const KILL_GRACE_MS = 2_000;

/** Starts the agent; one that cannot be started has ended. */
export function startAgentProcess(command: readonly string[], cwd: string): AgentProcess {
  const [executable = "", ...args] = command;
  // What it says on standard error is for the transcript of the attempt, like our own.
  const child = spawn(executable, args, { cwd, stdio: ["pipe", "pipe", "inherit"] });
  // That it is gone is told by its end, and not by what was written to it too late.
  child.stdin.on("error", () => undefined);
  let tooLong: string | undefined;
  const output = boundLines((beginning) => {
    tooLong = `printed a line of more than ${AGENT_LINE_BYTES_MAX / 1024 / 1024} MiB, which begins: ${beginning}`;
    // It may never look up from that to see that it is to end.
    child.kill("SIGKILL");
  });
  // That it broke off is told by its end, too.
  pipeline(child.stdout, output, () => undefined);
  const { promise: ended, resolve } = Promise.withResolvers<AgentEnd>();
  child.once("error", (error) => {
    const message = `could not be started: ${error.message}`;
    resolve({ reason: "not_started", message, exitCode: undefined });
  });
  child.once("exit", (code, signal) => {
    const message = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
    resolve({ reason: "ended", message: tooLong ?? message, exitCode: code ?? undefined });
  });
  const hasEnded = async (withinMs: number): Promise<boolean> => {
    const over = new AbortController();
    const late = pause(withinMs, false, { signal: over.signal, ref: false }).catch(() => true);
    const isOver = await Promise.race([ended.then(() => true), late]);
    over.abort();
    return isOver;
  };
  const stop = async (): Promise<void> => {
    child.stdin.end();
    if (await hasEnded(STOP_GRACE_MS)) return;
    child.kill("SIGTERM");
    if (await hasEnded(KILL_GRACE_MS)) return;
    child.kill("SIGKILL");
    await ended;
  };
  return { input: child.stdin, output, ended, stop };
}
