import { fstatSync, writeSync } from "node:fs";
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
  readonly stdout: () => NodeJS.WriteStream;
  readonly stderr: () => NodeJS.WriteStream;
  readonly variables: Readonly<Record<string, string>>;
};

const STDOUT = 1;

const WIDTH_WITHOUT_TERMINAL = 120;

/**
 * Writes without Node's stream where nobody watches: opening that takes longer than what most
 * commands have to say. What a full pipe that does not block has no room for goes by the stream.
 */
function write(streams: Streams, text: string): void {
  let bytes = Buffer.from(text);
  try {
    if (!isTerminal()) {
      while (bytes.length > 0) bytes = bytes.subarray(writeSync(STDOUT, bytes));
    }
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
  }
  if (bytes.length > 0) streams.stdout().write(bytes);
}

/** Asks the module for terminals, which takes milliseconds to load, only about what could be one. */
function isTerminal(): boolean {
  if (!fstatSync(STDOUT).isCharacterDevice()) return false;
  return process.getBuiltinModule("node:tty").isatty(STDOUT);
}

/** By what people and tools expect: `NO_COLOR` forbids, `FORCE_COLOR` asks, else who watches. */
function isColoured({ variables }: Streams): boolean {
  if ((variables["NO_COLOR"] ?? "") !== "") return false;
  const forced = variables["FORCE_COLOR"];
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  return isTerminal() && variables["TERM"] !== "dumb";
}

/** The terminal as it is; colour follows `NO_COLOR`, `FORCE_COLOR` and whether anyone watches. */
export function openTerminal(streams: Streams, isJson: boolean): Terminal {
  return {
    isJson,
    isLive: isTerminal() && !isJson,
    width: isTerminal() ? streams.stdout().columns : WIDTH_WITHOUT_TERMINAL,
    say: (text) => {
      if (!isJson) write(streams, `${text}\n`);
    },
    json: (value) => {
      if (isJson) write(streams, `${JSON.stringify(value, undefined, 2)}\n`);
    },
    jsonLine: (value) => {
      write(streams, `${JSON.stringify(value)}\n`);
    },
    note: (text) => {
      streams.stderr().write(`${text}\n`);
    },
    style: (style, text) =>
      isColoured(streams) ? styleText(style, text, { validateStream: false }) : text,
  };
}

/** Text of agents, tasks and files must not move the cursor or write the title of a terminal. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- Control characters are what this is about.
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "·");
}
