/** What the bridge tells of its agent, a line of JSON each; `atMs`, the time, is added to all. */
export type BridgeLine =
  /** It speaks our version of the protocol. */
  | {
      readonly type: "agent";
      readonly name: string | undefined;
      readonly version: string | undefined;
      /** Whether a later process can go on with a session of this one. */
      readonly canResume: boolean;
    }
  | { readonly type: "session"; readonly sessionId: string; readonly model: string | undefined }
  /** A message has gone into a turn: into one that begins with it, or into the one at work. */
  | { readonly type: "heard"; readonly id: string }
  /** A `session/update`, as the agent sent it. */
  | { readonly type: "update"; readonly params: unknown }
  | {
      readonly type: "permission";
      readonly requestId: string;
      /** What it would do, as the agent tells it. */
      readonly toolCall: unknown;
      readonly answer: "allowed" | "denied";
    }
  /** A turn has ended; the answer to `session/prompt`, as the agent gave it. */
  | { readonly type: "turn"; readonly result: unknown }
  /** What the bridge was about when it came to nothing, and why. */
  | { readonly type: "failed"; readonly step: Step; readonly error: BridgeError };

export type Step = "initialize" | "session" | "model" | "prompt";

export type BridgeError = {
  readonly message: string;
  /** Where the bridge knows why; an agent's own error has a code of JSON-RPC. */
  readonly reason?: Reason;
  readonly code?: number;
  readonly data?: unknown;
};

export type Reason =
  | "not_started"
  | "ended"
  | "silent"
  | "other_version"
  | "not_resumable"
  | "no_choice";

/** Prints a line. */
export type Say = (line: BridgeLine) => void;

/** Why the bridge itself gives up. */
export class BridgeFailure extends Error {
  override readonly name = "BridgeFailure";
  readonly reason: Reason;

  constructor(reason: Reason, message: string) {
    super(message);
    this.reason = reason;
  }
}
