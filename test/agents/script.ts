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
      readonly error: { readonly type: string; readonly message: string };
    }
  /** Starts an answer, says the text if there is one, and then nothing ever again. */
  | { readonly hang: true; readonly text?: string; readonly usage?: TurnUsage }
  /** Sends these bytes in place of an event stream. */
  | { readonly garbage: string };

export type TurnUsage = {
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly output: number;
};

/** What a turn costs that does not say. */
export const TURN_USAGE: TurnUsage = { input: 1_200, cacheRead: 800, cacheWrite: 100, output: 34 };

const MARKER = /\[script:([\w-]+)\]/;

/** The script that a prompt asks for with `[script:NAME]`. */
export function scriptNameIn(text: string): string | undefined {
  return MARKER.exec(text)?.[1];
}
