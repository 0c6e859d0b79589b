import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { onTestFinished } from "vitest";
import type { BridgeArguments, BridgeHost } from "../program.ts";

/** A bridge at work on the prompt `Do it.`, with all that it has said so far. */
export type Bridged<Line> = {
  readonly lines: readonly Line[];
  readonly complaints: readonly string[];
  /** Reacts once, as soon as a line with this text is said. */
  readonly onText: (text: string, react: () => void) => void;
  readonly exitCode: Promise<number>;
};

/** A command that prints one line without an end, which begins with who it is, and heeds nothing. */
export const BABBLER = [
  "sh",
  "-c",
  `trap '' TERM; printf 'I am %s. ' $$; exec tr '\\0' x < /dev/zero`,
] as const;

type Given = Pick<BridgeArguments, "promptFile" | "promptId" | "model" | "version">;

/** Runs a bridge in a folder of its own; nobody says more to it where no input is given. */
export function startBridge<Line extends object>(
  run: (given: Given, host: BridgeHost<Line>) => Promise<number>,
  input = new PassThrough().end(),
): Bridged<Line> {
  const cwd = mkdtempSync(join(tmpdir(), "orchestra-bridge-"));
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
  const promptFile = join(cwd, "prompt.md");
  writeFileSync(promptFile, "Do it.");
  const lines: Line[] = [];
  const complaints: string[] = [];
  const reactions: { text: string; react: () => void }[] = [];
  const say = (line: Line): void => {
    lines.push(line);
    const index = reactions.findIndex(({ text }) => JSON.stringify(line).includes(text));
    if (index >= 0) reactions.splice(index, 1)[0]?.react();
  };
  const given = { promptFile, promptId: "a-1", model: undefined, version: "0.0.0" };
  const complain = (why: string): void => void complaints.push(why);
  const exitCode = run(given, { cwd, input, say, complain });
  const onText = (text: string, react: () => void): void => void reactions.push({ text, react });
  return { lines, complaints, exitCode, onText };
}

/** Whether who is named in these words still runs; sends it a signal. */
export function reaches(words: string, signal: NodeJS.Signals | 0 = 0): boolean {
  try {
    return process.kill(Number(/I am (\d+)\./.exec(words)?.[1]), signal);
  } catch {
    return false;
  }
}
