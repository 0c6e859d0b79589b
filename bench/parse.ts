import { readFileSync } from "node:fs";
import { join } from "node:path";
import { adapterFor } from "../src/agents/adapters.ts";
import type { StreamParser } from "../src/agents/adapter.ts";
import { anAgentConfig } from "../src/agents/testing/requests.ts";
import { interleaved } from "./measure.ts";

/** Each agent's stream to normalised events, next to `JSON.parse` alone of the same lines. */
const ROUNDS = 5;
const MEGABYTES = 32;
const STREAMS = join(import.meta.dirname, "../test/fixtures/streams");

for (const name of ["claude", "codex", "opencode", "copilot", "gemini", "qwen"]) {
  const text = readFileSync(join(STREAMS, `${name}-success.jsonl`), "utf8");
  const lines = text.split("\n").filter((line) => line !== "");
  const times = Math.ceil((MEGABYTES * 1024 ** 2) / Buffer.byteLength(text));
  const adapter = await adapterFor(anAgentConfig({ name, adapter: name }), import.meta.dirname);
  const tookMs = await interleaved(ROUNDS, {
    parsed: () => {
      for (let time = 0; time < times; time += 1) readAll(adapter.createParser(), lines);
    },
    bare: () => {
      for (let time = 0; time < times; time += 1) for (const line of lines) JSON.parse(line);
    },
  });
  const rate = (MEGABYTES * 1_000) / tookMs.parsed;
  const ratio = tookMs.parsed / tookMs.bare;
  console.log(`${name} stream: ${rate.toFixed(0)} MB/s, ${ratio.toFixed(2)}x of JSON.parse alone`);
}

function readAll(parser: StreamParser, lines: readonly string[]): void {
  for (const line of lines) parser.push(line);
  parser.report();
}
