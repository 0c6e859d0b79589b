import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { StreamParser } from "./adapter.ts";
import { adapterFor } from "./adapters.ts";
import { followLines, LINE_BYTES_MAX } from "./process/follow-lines.ts";
import { anAgentConfig } from "./testing/requests.ts";
import { capturedStream, pushAll } from "./testing/streams.ts";

const STREAMS = {
  claude: "claude-success",
  codex: "codex-success",
  opencode: "opencode-success",
  copilot: "copilot-success",
  gemini: "gemini-success",
  qwen: "qwen-success",
  cursor: "cursor-documented",
  amp: "amp-documented",
  auggie: "auggie-documented",
  goose: "goose-documented",
  acp: "acp-claude-success",
} as const;

const NAMES = Object.keys(STREAMS) as readonly (keyof typeof STREAMS)[];
const MIB = 1024 * 1024;
const SUCCESS = { exitCode: 0, signal: undefined, stderrTail: "" };

async function parserOf(adapter: string): Promise<StreamParser> {
  return (await adapterFor(anAgentConfig({ adapter }), "/nowhere")).createParser();
}

/** Reads a file as a node does, and returns how many lines it had and how much memory that took. */
async function read(
  file: string,
  parser: StreamParser,
): Promise<{ lines: number; grewMiB: number }> {
  const follower = followLines(file);
  const before = process.memoryUsage().rss;
  let [lines, most] = [0, before];
  for (;;) {
    const some = await follower.next();
    const rest = some.length > 0 ? some : await follower.end();
    for (const line of rest) parser.push(line);
    lines += rest.length;
    most = Math.max(most, process.memoryUsage().rss);
    if (some.length === 0) return { lines, grewMiB: (most - before) / MIB };
  }
}

function scratchFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "orchestra-streams-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "stdout");
}

/** A file of one line that takes no room on the disk, and after it another line. */
function endlessLine(bytes: number, after: string): string {
  const file = scratchFile();
  const handle = openSync(file, "w");
  ftruncateSync(handle, bytes);
  writeSync(handle, `\n${after}\n`, bytes);
  closeSync(handle);
  return file;
}

test("a line of 1 GiB is read to its end in bounded memory, and what comes after it counts", async () => {
  const file = endlessLine(1024 * MIB, '{"type":"result","is_error":false,"result":"Done."}');
  const parser = await parserOf("claude");
  const { lines, grewMiB } = await read(file, parser);
  expect(lines).toBe(2);
  expect(grewMiB).toBeLessThan(20 * (LINE_BYTES_MAX / MIB));
  expect(parser.report()).toMatchObject({ resultText: "Done.", failure: undefined });
}, 60_000);

test.each(NAMES)(
  "16 MiB of the stream of %s are read in bounded memory",
  async (name) => {
    const file = scratchFile();
    const handle = openSync(file, "w");
    const stream = Buffer.from(`${capturedStream(STREAMS[name]).trimEnd()}\n`);
    const block = Buffer.concat(
      Array.from({ length: Math.ceil(MIB / stream.length) }, () => stream),
    );
    for (let written = 0; written < 16 * MIB;) written += writeSync(handle, block);
    closeSync(handle);
    const parser = await parserOf(name);
    const { lines, grewMiB } = await read(file, parser);
    expect(lines).toBeGreaterThan(10_000);
    expect(grewMiB).toBeLessThan(250);
    expect(JSON.stringify(parser.report()).length).toBeLessThan(500_000);
  },
  60_000,
);

test.each(NAMES)("a %s that changes its format fails with a class and the line", async (name) => {
  const adapter = await adapterFor(anAgentConfig({ adapter: name }), "/nowhere");
  const changed = capturedStream(STREAMS[name]).replaceAll('"type":', '"kind":');
  const parser = adapter.createParser();
  const events = pushAll(parser, changed);
  expect(events.every(({ kind }) => kind === "unrecognised")).toBe(true);
  expect(adapter.classifyEnd(SUCCESS, parser.report())).toMatchObject({
    kind: "failed",
    failure: {
      class: "empty_output",
      message: expect.stringMatching(/A line that told nothing: \{/),
    },
  });
});

test.each(NAMES)(
  "what %s told in another attempt is not taken for its end in this one",
  async (name) => {
    const own = capturedStream(STREAMS[name]);
    const strange = own
      .replaceAll(/("|ses_)[0-9a-f]{8}/g, "$1deaddead")
      .replaceAll("Done:", "Not done:");
    const [both, alone] = [await parserOf(name), await parserOf(name)];
    pushAll(both, strange.trimEnd());
    expect(both.report().resultText).toMatch(/^Not done:/);
    pushAll(both, own);
    pushAll(alone, own);
    const { resultText, failure } = alone.report();
    expect(both.report()).toMatchObject({ resultText, failure });
  },
);

test.each(NAMES)("a %s that is killed within a letter has told what came before", async (name) => {
  const whole = Buffer.from(capturedStream(STREAMS[name]).replaceAll("Done:", "Fertig 😀:"));
  const cut = whole.lastIndexOf(Buffer.from("😀"));
  expect(cut).toBeGreaterThan(0);
  const file = scratchFile();
  const handle = openSync(file, "w");
  writeSync(handle, whole.subarray(0, cut + 2));
  closeSync(handle);
  const parser = await parserOf(name);
  await read(file, parser);
  const { kind, ...end } = (
    await adapterFor(anAgentConfig({ adapter: name }), "/nowhere")
  ).classifyEnd({ exitCode: undefined, signal: "SIGKILL", stderrTail: "" }, parser.report());
  expect(kind).toBe("failed");
  expect(end).toMatchObject({ failure: { message: expect.stringMatching(/SIGKILL|interrupted/) } });
});
