import type { StreamParser, StreamReport } from "../../agents/adapter.ts";
import type { LifeRecord } from "../../core/limits.ts";
import type { Sentinel } from "../../core/sentinel.ts";

/** What is kept of an attempt beside the blackboard: its prompt, its streams, what a node has seen. */
export type AttemptFolders = {
  /** Where everything about an attempt's processes is; made by `take`. */
  readonly path: (attemptId: string) => string;
  /**
   * Takes the folder for an attempt of the task that was created then; `false` when it is that of an
   * attempt of the same name, which another blackboard knows.
   */
  readonly take: (attemptId: string, taskCreatedAtMs: number) => Promise<boolean>;
  /**
   * Puts the folder of such an attempt aside, of which nothing may be alive, for that of the task that
   * was created then.
   */
  readonly putAside: (attemptId: string, taskCreatedAtMs: number) => Promise<void>;
  /** Keeps the prompt, unless one was kept: an earlier start may be reading it. */
  readonly keepPrompt: (attemptId: string, prompt: string) => Promise<Kept>;
  /** Makes the inbox with this first line, unless it is there. */
  readonly openInbox: (attemptId: string, line: string) => Promise<Kept>;
  /** Its bytes, a character each; empty when there is none. */
  readonly readInbox: (attemptId: string) => Promise<string>;
  /** Appends bytes, a character each. */
  readonly appendInbox: (attemptId: string, bytes: string) => Promise<void>;
  /** The life record; a new one when there is none of this boot. */
  readonly life: (attemptId: string, awakeMs: number) => Promise<LifeRecord>;
  readonly keepLife: (attemptId: string, life: LifeRecord) => Promise<void>;
  /** The agent's output from its beginning: a restarted node reads it all again. */
  readonly openTranscript: (attemptId: string, parser: StreamParser) => Transcript;
  /** The end of what it wrote to standard error. */
  readonly stderrTail: (attemptId: string) => Promise<string>;
  /** What its CLI left in the file for what it used; empty when it left nothing. */
  readonly usageText: (attemptId: string) => Promise<string>;
  /** Makes room in a worktree for what its agent may leave to say that it has ended. */
  readonly makeSentinelFolder: (workspacePath: string, taskId: string) => Promise<void>;
  /** What the agent left there; `undefined` while there is nothing. */
  readonly sentinel: (workspacePath: string, taskId: string) => Sentinel | undefined;
  /** Cuts what an attempt that is over has printed to what is kept of it; safe to repeat. */
  readonly cutOutput: (attemptId: string) => Promise<void>;
};

/** A file, and whether it was made now. */
export type Kept = { readonly file: string; readonly isNew: boolean };

/** An agent's output as it grows, understood. */
export type Transcript = {
  /** Reads what is new; `isFinal` also takes a last line that has no line feed. */
  readonly read: (isFinal: boolean) => Promise<void>;
  readonly report: () => StreamReport;
  readonly sizeBytes: () => number;
};
