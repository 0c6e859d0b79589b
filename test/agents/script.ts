import type { Usage } from "../../src/core/usage.ts";

/** What a scripted model answers, turn by turn; each request of its main loop takes the next turn. */
export type Script = readonly Turn[];

export type Turn =
  | { readonly text: string; readonly usage?: TurnUsage }
  | {
      readonly tool: string;
      readonly input: Readonly<Record<string, unknown>>;
      /** Said before the tool is used, as a content block of the same message. */
      readonly text?: string;
      readonly usage?: TurnUsage;
    }
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly error: TurnError;
    }
  /** Starts an answer, says the text if there is one, and then nothing ever again. */
  | { readonly hang: true; readonly text?: string; readonly usage?: TurnUsage }
  /** Says the text, and closes the connection in the middle of a line. */
  | { readonly breaksOff: true; readonly text: string; readonly usage?: TurnUsage }
  /** Sends these bytes in place of an event stream. */
  | { readonly garbage: string };

/** What a provider says of a refusal; fields that only one of them has are passed on. */
export type TurnError = {
  readonly type: string;
  readonly message: string;
  readonly [field: string]: unknown;
};

/** The counts do not overlap; each dialect tells them in its own way. */
export type TurnUsage = {
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly output: number;
  /** A part of the output. */
  readonly reasoning?: number;
};

/** What a turn costs that does not say. */
export const TURN_USAGE: TurnUsage = { input: 1_200, cacheRead: 800, cacheWrite: 100, output: 34 };

/** What that many such turns come to, at the list prices of `claude-sonnet-4-5`. */
export function spentInTurns(count: number): { readonly usage: Usage; readonly costUsd: number } {
  const usage = {
    inputTokens: TURN_USAGE.input * count,
    cacheReadTokens: TURN_USAGE.cacheRead * count,
    cacheWriteTokens: TURN_USAGE.cacheWrite * count,
    outputTokens: TURN_USAGE.output * count,
    reasoningTokens: 0,
  };
  return { usage, costUsd: (4_725_000 * count) / 1e9 };
}

const MARKER = /\[script:([\w-]+)\]/g;

/**
 * The script that a prompt asks for with `[script:NAME]`. The last one counts: what comes before the
 * prompt, such as the repository's last commits, may name others.
 */
export function scriptNameIn(text: string): string | undefined {
  return [...text.matchAll(MARKER)].at(-1)?.[1];
}
