import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { adapterFor } from "../src/agents/adapters.ts";
import { followLines } from "../src/agents/process/follow-lines.ts";
import { anAgentConfig } from "../src/agents/testing/requests.ts";

/** How long a node takes to understand an agent's output of 1 GiB, and how much memory. */
const BYTES = 1024 ** 3;
const MIB = 1024 ** 2;
const STREAM = new URL("../test/fixtures/streams/claude-success.jsonl", import.meta.url);

const folder = mkdtempSync(join(tmpdir(), "orchestra-bench-"));
try {
  const file = join(folder, "stdout");
  write(file);
  const counted = performance.now();
  spawnSync("wc", ["-l", file]);
  const countMs = performance.now() - counted;
  const { tookMs, grewMiB } = await understand(file);
  console.log(
    `streams: 1 GiB of Claude Code's output understood in ${(tookMs / 1000).toFixed(1)} s, ` +
      `${(tookMs / countMs).toFixed(0)} times as long as wc -l takes to count its lines, ` +
      `in ${grewMiB.toFixed(0)} MiB more memory`,
  );
} finally {
  rmSync(folder, { recursive: true });
}

function write(file: string): void {
  const stream = readFileSync(STREAM);
  const block = Buffer.concat(Array.from({ length: Math.ceil(MIB / stream.length) }, () => stream));
  const handle = openSync(file, "w");
  for (let written = 0; written < BYTES;) written += writeSync(handle, block);
  closeSync(handle);
}

async function understand(file: string): Promise<{ tookMs: number; grewMiB: number }> {
  const { createParser } = await adapterFor(anAgentConfig({ adapter: "claude" }), folder);
  const [parser, follower] = [createParser(), followLines(file)];
  const before = process.memoryUsage().rss;
  const startedMs = performance.now();
  let most = before;
  for (let lines = await follower.next(); lines.length > 0; lines = await follower.next()) {
    for (const line of lines) parser.push(line);
    most = Math.max(most, process.memoryUsage().rss);
  }
  return { tookMs: performance.now() - startedMs, grewMiB: (most - before) / MIB };
}
