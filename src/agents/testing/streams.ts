import { readFileSync } from "node:fs";
import type { AgentEvent, StreamParser } from "../adapter.ts";

const FOLDER = new URL("../../../test/fixtures/streams/", import.meta.url);

/** Standard output of a real agent, as it was captured. */
export function capturedStream(name: string): string {
  return readFileSync(new URL(`${name}.jsonl`, FOLDER), "utf8");
}

/** Gives the parser a whole output; returns its events. */
export function pushAll(parser: StreamParser, stdout: string): readonly AgentEvent[] {
  return stdout.split("\n").flatMap((line) => parser.push(line));
}
