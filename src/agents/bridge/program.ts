import type { Readable } from "node:stream";
import { parseArgs } from "node:util";

declare const ORCHESTRA_VERSION: string | undefined;

/** What every bridge is told on its command line. */
export type BridgeArguments = {
  /** The agent to start: its executable and arguments. */
  readonly command: readonly string[];
  /** The file of the first message, and its id. */
  readonly promptFile: string;
  readonly promptId: string;
  readonly model: string | undefined;
  readonly resumeId: string | undefined;
  readonly version: string;
};

export type BridgeHost<Line> = {
  readonly cwd: string;
  /** Where lines of `Steering` come in. */
  readonly input: Readable;
  /** Prints a line of JSON, with its time. */
  readonly say: (line: Line) => void;
  /** Says on standard error why it came to nothing. */
  readonly complain: (why: string) => void;
};

/** `isFlagged` says whether the flag that only this bridge has was given. */
type Run = (
  given: BridgeArguments & { readonly isFlagged: boolean },
  host: BridgeHost<object>,
) => Promise<number>;

/** The program of a bridge: `--prompt=FILE --id=ID [--model=M] [--resume=ID] [--FLAG] -- AGENT …`. */
export function runAsProgram(flag: string, run: Run): void {
  const given = argumentsOf(process.argv.slice(2), flag);
  const host: BridgeHost<object> = {
    cwd: process.cwd(),
    input: process.stdin,
    say: (line) => void process.stdout.write(`${JSON.stringify({ atMs: Date.now(), ...line })}\n`),
    complain: (why) => void process.stderr.write(`error: ${why}\n`),
  };
  void run(given, host).then((code) => {
    // Whatever may still be open, such as an input that nobody closes, is nothing to wait for: only
    // that all that was said is written.
    process.stdout.write("", () => process.exit(code));
  });
}

function argumentsOf(args: string[], flag: string): Parameters<Run>[0] {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      prompt: { type: "string", default: "" },
      id: { type: "string", default: "" },
      model: { type: "string" },
      resume: { type: "string" },
      [flag]: { type: "boolean" },
    },
  });
  const { prompt, id, model, resume } = values;
  return {
    command: positionals,
    promptFile: textOf(prompt) ?? "",
    promptId: textOf(id) ?? "",
    model: textOf(model),
    resumeId: textOf(resume),
    isFlagged: values[flag] === true,
    version: typeof ORCHESTRA_VERSION === "string" ? ORCHESTRA_VERSION : "0.0.0-source",
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
