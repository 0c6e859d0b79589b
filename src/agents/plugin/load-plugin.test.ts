import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { AgentAdapter } from "../adapter.ts";
import { adapterFor } from "../adapters.ts";
import { agentConformance } from "../conformance.ts";
import { aLaunchRequest, anAgentConfig } from "../testing/requests.ts";

const CONTEXT = { isRoot: false, timeZone: "UTC", acpBridge: [], codexBridge: [] };

const scratch = mkdtempSync(join(tmpdir(), "orchestra-plugin-"));
afterAll(() => rmSync(scratch, { recursive: true }));
const root = join(scratch, "project");
let count = 0;

/** A module of the project with this text. */
function written(text: string, file = `./agents/mine-${(count += 1)}.mjs`): string {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
  return file;
}

async function loaded(adapter: string, command: readonly string[] = []): Promise<AgentAdapter> {
  return adapterFor(anAgentConfig({ adapter, command }), root);
}

/** The plug-in of the page, as it stands there. */
const DOCUMENTED = readFileSync("docs/agents.md", "utf8")
  .split("```js\n")
  .find((part) => part.startsWith("// agents/counting.js"))
  ?.split("```")[0];

const documented = written(DOCUMENTED ?? "");
const { plugin: create } = (await import(join(root, documented))) as {
  plugin: (config: object) => AgentAdapter;
};
const { guarded } = await import("./guarded.ts");

agentConformance({
  name: "the documented plug-in",
  create: (command) => {
    const config = anAgentConfig({ adapter: documented, command });
    return guarded(config, create(config));
  },
  successful: "say lese\nused 12\nsay schreibe über 😀\nused 30\nanswer done\n",
  failing: {
    stdout: "say I tried\n",
    end: { exitCode: 3, signal: undefined, stderrTail: "no such table\n" },
  },
});

test("a module of the project is an adapter, and what it does not tell is not told", async () => {
  const adapter = await loaded(documented, ["my-agent"]);
  expect(adapter.name).toBe("counting");
  const launch = adapter.launch(aLaunchRequest());
  expect(launch).toMatchObject({ command: ["my-agent"], env: {}, unsetEnv: [] });
  const parser = adapter.createParser();
  for (const line of ["say Hello.", "used 7", "answer Done."]) parser.push(line);
  expect(parser.report()).toMatchObject({
    sessionId: undefined,
    usage: { inputTokens: 0, outputTokens: 7 },
    resultText: "Done.",
  });
});

const GOOD = `{ name: "x", capabilities: { resume: false, presetSessionId: false, tokens: false, cost: false },
  launch: () => ({ command: ["x"] }), createParser: () => ({ push: () => [], report: () => ({}) }),
  classifyEnd: () => ({ kind: "succeeded", summary: "" }) }`;

test.each([
  ["no plug-in", "export const x = 1;", /mine-\d+\.mjs: plugin: expected a function/],
  ["a mistake", "export const plugin = ;", /could not be loaded: /],
  [
    "a throw",
    'export function plugin() { throw new Error("no key"); }',
    /plugin\(…\) threw no key/,
  ],
  ["nothing", "export function plugin() {}", /plugin\(…\): it: /],
  [
    "a promise",
    'export async function plugin() { throw new Error("late"); }',
    /plugin\(…\) returned a promise; it must return its adapter/,
  ],
  [
    "no parser",
    `export const plugin = () => ({ ...${GOOD}, createParser: 1 });`,
    /createParser: expected a function/,
  ],
  [
    "no capabilities",
    `export const plugin = () => ({ ...${GOOD}, capabilities: {} });`,
    /capabilities\.resume: /,
  ],
])("a module with %s is refused with what is wrong", async (_name, text, message) => {
  await expect(loaded(written(text))).rejects.toMatchObject({
    code: "AGENT_UNUSABLE",
    message: expect.stringMatching(message),
  });
});

test("a module that is never done loading is given up, and named", async () => {
  const adapter = written("await new Promise(() => {}); export const plugin = 1;");
  const { loadPlugin } = await import("./load-plugin.ts");
  const config = anAgentConfig({ adapter });
  await expect(loadPlugin(config, root, CONTEXT, 1)).rejects.toMatchObject({
    code: "AGENT_UNUSABLE",
    message: expect.stringMatching(
      /mine-\d+\.mjs was not loaded within 0\.001 s; a top-level await/,
    ),
  });
});

test("what is not there, or is not in the project, is refused", async () => {
  writeFileSync(join(scratch, "outside.mjs"), `export const plugin = () => (${GOOD});`);
  mkdirSync(join(root, "agents"), { recursive: true });
  symlinkSync(join(scratch, "outside.mjs"), join(root, "agents/link.mjs"));
  for (const [file, message] of [
    ["./agents/none.mjs", /there is no file/],
    ["./agents/link.mjs", /lies outside of the project/],
    ["./../outside.mjs", /lies outside of the project/],
  ] as const) {
    await expect(loaded(file)).rejects.toMatchObject({
      code: "AGENT_UNUSABLE",
      message: expect.stringMatching(message),
    });
  }
});

test("what breaks while it reads fails its own attempt, and shows the line", async () => {
  const throws = `{ push: (line) => { if (line.includes("bad")) throw new Error("oh"); return []; }, report: () => ({ resultText: "y" }) }`;
  const adapter = await loaded(
    written(`export const plugin = () => ({ ...${GOOD}, createParser: () => (${throws}) });`),
  );
  const parser = adapter.createParser();
  parser.push("good");
  expect(parser.report()).toMatchObject({ resultText: "y", failure: undefined });
  parser.push("a bad line");
  expect(parser.report().failure).toMatchObject({
    class: "unknown",
    message: "The plug-in of the agent mine broke its contract in push of the line a bad line: oh",
  });
});

test("a parser that broke is a failed attempt, whatever its plug-in says of the end", async () => {
  const broken = '{ push: () => { throw new Error("oh"); }, report: () => ({}) }';
  const adapter = await loaded(
    written(`export const plugin = () => ({ ...${GOOD}, createParser: () => (${broken}) });`),
  );
  const parser = adapter.createParser();
  parser.push("x");
  const end = { exitCode: 0, signal: undefined, stderrTail: "" };
  expect(adapter.classifyEnd(end, parser.report())).toMatchObject({
    kind: "failed",
    failure: { message: expect.stringMatching(/broke its contract in push of the line x: oh$/) },
  });
  expect(adapter.classifyEnd(end, adapter.createParser().report()).kind).toBe("succeeded");
});

test.each([
  ["launch", "launch: () => ({ command: 'sh -c' })", /broke its contract in launch: command: /],
  ["a NUL", "launch: () => { throw new Error('NUL') }", /broke its contract in launch: NUL/],
])("a plug-in whose %s is wrong starts nothing", async (_name, field, message) => {
  const adapter = await loaded(written(`export const plugin = () => ({ ...${GOOD}, ${field} });`));
  expect(() => adapter.launch(aLaunchRequest())).toThrow(message);
});

test("a report and an end that are none are failures", async () => {
  const fields =
    "createParser: () => ({ push: () => [], report: () => ({ usage: { inputTokens: -1 } }) }), classifyEnd: () => 'fine'";
  const adapter = await loaded(written(`export const plugin = () => ({ ...${GOOD}, ${fields} });`));
  const report = adapter.createParser().report();
  expect(report.failure?.message).toMatch(/in report: usage\.inputTokens: /);
  const end = { exitCode: 0, signal: undefined, stderrTail: "" };
  expect(adapter.classifyEnd(end, { ...report, failure: undefined })).toMatchObject({
    kind: "failed",
    failure: { message: expect.stringMatching(/in classifyEnd/) },
  });
});

test("a plug-in that listens tells what it has heard, and when its turn is over", async () => {
  const steering =
    "steering: { message: (text) => `say ${text}\\n`, interrupt: () => 'stop\\n' }, createParser: () => ({ push: () => [], report: () => ({ heard: ['a-m1'], isTurnOver: true }) })";
  const adapter = await loaded(
    written(`export const plugin = () => ({ ...${GOOD}, ${steering} });`),
  );
  expect(adapter.steering?.message("Hello.", "a-m1")).toBe("say Hello.\n");
  expect(adapter.createParser().report()).toMatchObject({ heard: ["a-m1"], isTurnOver: true });
});

test.each([
  ["throws", "() => { throw new Error('oh'); }"],
  ["makes tokens up", "() => ({ inputTokens: 'many' })"],
])(
  "a plug-in that %s where it reads what was used keeps no attempt from its end",
  async (_name, read) => {
    const adapter = await loaded(
      written(`export const plugin = () => ({ ...${GOOD}, readUsageFile: ${read} });`),
    );
    expect(adapter.readUsageFile?.("")).toBeUndefined();
  },
);

const LATE = 'async () => { throw new Error("late"); }';

test.each([
  ["createParser", `createParser: ${LATE}`, /in createParser: expected an answer at once/],
  ["push", `createParser: () => ({ push: ${LATE}, report: () => ({}) })`, /in push of the line x/],
  ["report", `createParser: () => ({ push: () => [], report: ${LATE} })`, /in report: /],
])(
  "a parser whose %s is async fails its attempt, and nobody else's",
  async (_name, field, told) => {
    const adapter = await loaded(
      written(`export const plugin = () => ({ ...${GOOD}, ${field} });`),
    );
    const parser = adapter.createParser();
    parser.push("x");
    expect(parser.report().failure?.message).toMatch(told);
  },
);

test.each([
  ["launch", (adapter: AgentAdapter) => adapter.launch(aLaunchRequest())],
  ["openSession", (adapter: AgentAdapter) => adapter.openSession?.("s")],
  ["readVersion", (adapter: AgentAdapter) => adapter.probe?.readVersion("1.0")],
  ["steering.message", (adapter: AgentAdapter) => adapter.steering?.message("Hello.", "a-m1")],
  ["steering.interrupt", (adapter: AgentAdapter) => adapter.steering?.interrupt("a-i1")],
])("what goes wrong in %s is said of its plug-in", async (what, ask) => {
  for (const [wrong, problem] of [
    ['() => { throw new Error("m"); }', "m"],
    [LATE, "expected an answer at once, got a promise"],
    ["() => 7", "expected "],
  ] as const) {
    const fields = `launch: ${wrong}, openSession: ${wrong}, probe: { args: [], readVersion: ${wrong} }, steering: { message: ${wrong}, interrupt: ${wrong} }`;
    const adapter = await loaded(
      written(`export const plugin = () => ({ ...${GOOD}, ${fields} });`),
    );
    const message = `The plug-in of the agent mine broke its contract in ${what}: `;
    const start = new RegExp(`^${message}.*${problem}`);
    expect(() => ask(adapter)).toThrow(
      expect.objectContaining({ message: expect.stringMatching(start) }),
    );
  }
});

test.each(["", "\n", "half a line", "a line\n\nand another\n", "a line\n\n"])(
  "%j is nothing to say to an agent that listens",
  async (lines) => {
    const said = `() => ${JSON.stringify(lines)}`;
    const steering = `steering: { message: ${said}, interrupt: ${said} }`;
    const adapter = await loaded(
      written(`export const plugin = () => ({ ...${GOOD}, ${steering} });`),
    );
    expect(() => adapter.steering?.message("Hello.", "a-m1")).toThrow(
      /in steering\.message: .*expected lines that end in "\\n", and none that is empty/,
    );
  },
);
