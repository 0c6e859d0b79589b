import { styleText } from "node:util";

/** Where a command writes: results to standard output, everything else to standard error. */
export type Terminal = {
  readonly isJson: boolean;
  /** Whether standard output is a terminal that a person watches. */
  readonly isLive: boolean;
  readonly width: number;
  /** A result for a person; nothing with `--json`. */
  readonly say: (text: string) => void;
  /** The one JSON value of a command; nothing without `--json`. */
  readonly json: (value: unknown) => void;
  /** One JSON value of many, on a line of its own. */
  readonly jsonLine: (value: unknown) => void;
  /** A note for a person beside the result: progress, warnings. */
  readonly note: (text: string) => void;
  readonly style: (style: Style, text: string) => string;
};

export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "blue" | "magenta" | "cyan";

export type Streams = {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
};

const WIDTH_WITHOUT_TERMINAL = 120;

/** The terminal as it is; colour follows `NO_COLOR`, `FORCE_COLOR` and whether anyone watches. */
export function openTerminal({ stdout, stderr }: Streams, isJson: boolean): Terminal {
  return {
    isJson,
    isLive: stdout.isTTY && !isJson,
    width: stdout.columns ?? WIDTH_WITHOUT_TERMINAL,
    say: (text) => {
      if (!isJson) stdout.write(`${text}\n`);
    },
    json: (value) => {
      if (isJson) stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
    },
    jsonLine: (value) => {
      stdout.write(`${JSON.stringify(value)}\n`);
    },
    note: (text) => {
      stderr.write(`${text}\n`);
    },
    style: (style, text) => styleText(style, text, { stream: stdout, validateStream: true }),
  };
}

/** Text of agents, tasks and files must not move the cursor or write the title of a terminal. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- Control characters are what this is about.
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "·");
}
