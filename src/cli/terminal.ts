import { fstatSync, writeSync } from "node:fs";
import { styleText } from "node:util";
import { errnoOf } from "../core/errno.ts";
import { OrchestraError } from "../core/errors.ts";

/** Where a command writes: results to standard output, everything else to standard error. */
export type Terminal = {
  readonly isJson: boolean;
  /** Whether standard output is a terminal that a person watches. */
  readonly isLive: boolean;
  /** Whether results are coloured, also those that another program makes. */
  readonly isColoured: boolean;
  readonly width: number;
  /** A result for a person; nothing with `--json`. */
  readonly say: (text: string) => void;
  /** The one JSON value of a command; nothing without `--json`. */
  readonly json: (value: unknown) => void;
  /** One JSON value of many, on a line of its own. */
  readonly jsonLine: (value: unknown) => void;
  /** A note for a person beside the result: progress, warnings. Never throws. */
  readonly note: (text: string) => void;
  readonly style: (style: Style, text: string) => string;
};

export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "blue" | "magenta" | "cyan";

export type Output = NodeJS.WriteStream & { readonly fd: number };

export type Streams = {
  readonly stdout: () => Output;
  readonly stderr: () => Output;
  readonly variables: Readonly<Record<string, string>>;
};

const STDOUT = 1;
const STDERR = 2;

const WIDTH_WITHOUT_TERMINAL = 120;

/** What is written to: its number, and Node's stream for it, once something had to go by it. */
type Target = {
  readonly descriptor: number;
  readonly stream: () => Output;
  opened: Output | undefined;
};

/**
 * Writes without Node's stream where nobody watches: opening that takes longer than what most
 * commands have to say. What a full pipe that does not block has no room for goes by the stream, and
 * what is written before that is through waits behind it.
 */
function write(target: Target, text: string): void {
  let bytes = Buffer.from(text);
  const { descriptor, opened } = target;
  try {
    if (!opened?.writableLength && !isTerminal(descriptor)) {
      while (bytes.length > 0) bytes = bytes.subarray(writeSync(descriptor, bytes));
    }
  } catch (error) {
    if (errnoOf(error) !== "EAGAIN") throw outputError(descriptor, error);
  }
  if (bytes.length === 0) return;
  target.opened ??= lenient(target.stream());
  target.opened.write(bytes);
}

/** Whether an error says that who read the output went away, like `head`, which is no failure. */
export function isReaderGone(error: unknown): boolean {
  return errnoOf(error) === "EPIPE";
}

/** A stream tells of a reader that went away by an event; nobody who listens would crash us. */
export function lenient(stream: Output): Output {
  if (stream.listenerCount("error") > 0) return stream;
  return stream.on("error", (error) => {
    // Who listens beside us, as who pipes to it, fails by itself.
    if (stream.listenerCount("error") > 1) return;
    if (!isReaderGone(error) && !isTerminalGone(stream.fd, error)) throw error;
  });
}

/** A window can be closed while we work on. */
function isTerminalGone(descriptor: number, error: unknown): boolean {
  return errnoOf(error) === "EIO" && fstatSync(descriptor).isCharacterDevice();
}

/** What a failure to write there means to a person; any other error stays as it is. */
export function outputError(descriptor: number, cause: unknown): unknown {
  if (isTerminalGone(descriptor, cause)) {
    return Object.assign(new Error("The terminal is gone.", { cause }), { code: "EPIPE" });
  }
  if (errnoOf(cause) !== "ENOSPC") return cause;
  const message =
    "No space left for the output. Free some, or write it elsewhere; what was done is done.";
  return new OrchestraError("NO_SPACE", message, { cause });
}

/** Asks the module for terminals, which takes milliseconds to load, only about what could be one. */
function isTerminal(descriptor: number): boolean {
  if (!fstatSync(descriptor).isCharacterDevice()) return false;
  return process.getBuiltinModule("node:tty").isatty(descriptor);
}

/** By what people and tools expect: `NO_COLOR` forbids, `FORCE_COLOR` asks, else who watches. */
function isColoured({ variables }: Streams): boolean {
  if ((variables["NO_COLOR"] ?? "") !== "") return false;
  const forced = variables["FORCE_COLOR"];
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  return isTerminal(STDOUT) && variables["TERM"] !== "dumb";
}

/** The terminal as it is; colour follows `NO_COLOR`, `FORCE_COLOR` and whether anyone watches. */
export function openTerminal(streams: Streams, isJson: boolean): Terminal {
  const stdout: Target = { descriptor: STDOUT, stream: streams.stdout, opened: undefined };
  const stderr: Target = { descriptor: STDERR, stream: streams.stderr, opened: undefined };
  const isWatched = isTerminal(STDOUT);
  const colours = isColoured(streams);
  return {
    isJson,
    isLive: isWatched && !isJson && streams.variables["TERM"] !== "dumb",
    isColoured: colours,
    // Asked each time, as a window changes; a terminal that does not know its width says 0.
    get width() {
      return (isWatched && streams.stdout().columns) || WIDTH_WITHOUT_TERMINAL;
    },
    say: (text) => {
      if (!isJson) write(stdout, `${text}\n`);
    },
    json: (value) => {
      if (isJson) write(stdout, `${JSON.stringify(value, undefined, 2)}\n`);
    },
    jsonLine: (value) => {
      write(stdout, `${JSON.stringify(value)}\n`);
    },
    note: (text) => {
      noteOrLeave(stderr, text);
    },
    style: (style, text) => (colours ? styleText(style, text, { validateStream: false }) : text),
  };
}

/** A note that nobody can read any more must not end the work that it is about. */
function noteOrLeave(stderr: Target, text: string): void {
  try {
    write(stderr, `${text}\n`);
  } catch {
    // There is nowhere left to say so.
  }
}

/** Text of agents, tasks and files must not move the cursor or write the title of a terminal. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- Control characters are what this is about.
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "·");
}
