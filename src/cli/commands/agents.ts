import { randomUUID } from "node:crypto";
import { adapterFor } from "../../agents/adapters.ts";
import { summaryLine } from "../../agents/bounds.ts";
import { probeAgent, type Probe } from "../../agents/probe.ts";
import { createPosixProcesses } from "../../agents/process/posix-processes.ts";
import { machineProcessTable } from "../../agents/process/process-table.ts";
import { tryAgent, type Trial } from "../../cluster/node/try-agent.ts";
import { agentSettings } from "../../config/agent-settings.ts";
import type { AgentSettings, Config } from "../../config/config.ts";
import { loadConfig } from "../../config/load-config.ts";
import { OrchestraError } from "../../core/errors.ts";
import { copyHead } from "../../workspace/copy-head.ts";
import type { Cli } from "../cli.ts";
import { found } from "../doctor/finding.ts";
import { EXIT } from "../exit-codes.ts";
import { parseDurationOption } from "../option-values.ts";
import { printable } from "../terminal.ts";
import { money, plural, shortDuration, tokens } from "../view/amounts.ts";
import { renderTable } from "../view/table.ts";

const TIMEOUT_MS = 120_000;

/** Shows the agents that there are, and what is wrong with those that cannot be used. */
export async function listAgents(cli: Cli): Promise<void> {
  const { root } = await cli.findRepository();
  const config = await loadConfig(root);
  const place = { cwd: root, path: cli.environment.path };
  const agents = await Promise.all(
    Object.values(config.agents).map(async (settings) => {
      const probe = await found(
        adapterFor(settings, root).then(async (adapter) => probeAgent(adapter, settings, place)),
      );
      return factsOf(config, settings, probe);
    }),
  );
  cli.terminal.json({ agents });
  const rows = agents.map(({ name, adapter, model, version, isDefault, limit }) => [
    isDefault ? `${name} (default)` : name,
    adapter,
    model ?? "",
    version ?? "",
    limit === undefined ? "" : String(limit),
  ]);
  const columns = ["AGENT", "ADAPTER", "MODEL", "VERSION", "LIMIT"].map((title) => ({ title }));
  for (const line of renderTable(columns, rows, cli.terminal.width)) cli.terminal.say(line);
  for (const { name, problem } of agents) {
    if (problem !== undefined) cli.terminal.say(`\n${name}  ${printable(problem)}`);
  }
}

/** One of the agents that `agents list` shows. */
type AgentFacts = {
  readonly name: string;
  readonly adapter: string;
  readonly model: string | undefined;
  readonly version: string | undefined;
  readonly limit: number | undefined;
  readonly isDefault: boolean;
  readonly problem: string | undefined;
};

function factsOf(
  { defaults }: Config,
  { name, adapter, model, limit }: AgentSettings,
  probe: Probe | OrchestraError,
): AgentFacts {
  const isDefault = name === defaults.agent;
  const common = { name, adapter, model, limit, isDefault };
  if (probe instanceof OrchestraError) {
    return { ...common, version: undefined, problem: probe.message };
  }
  return { ...common, version: probe.version, problem: probe.problem };
}

type TestOptions = { readonly timeout?: string };

/** Has agents answer a short question, all at once: installed, logged in, and let in by their provider. */
export async function testAgents(
  cli: Cli,
  names: readonly string[],
  options: TestOptions,
): Promise<void> {
  const timeoutMs = parseDurationOption("--timeout", options.timeout) ?? TIMEOUT_MS;
  const { root } = await cli.findRepository();
  const config = await loadConfig(root);
  const chosen =
    names.length === 0
      ? Object.values(config.agents)
      : names.map((name) => agentSettings(config, name));
  const signal = cli.onInterrupt();
  cli.terminal.note(`Asking ${plural(chosen.length, "agent")} to answer with a word …`);
  const results = await Promise.all(
    chosen.map(async (settings) => resultOf(cli, { root, config: settings }, timeoutMs, signal)),
  );
  if (results.some(({ isUsable }) => !isUsable)) cli.exitCode.value = EXIT.configuration;
  if (signal.aborted) cli.exitCode.value = EXIT.interrupted;
  cli.terminal.json({ agents: results });
  const width = Math.max(...results.map(({ name }) => name.length));
  for (const { name, isUsable, detail } of results) {
    const mark = isUsable ? cli.terminal.style("green", "✓") : cli.terminal.style("red", "✗");
    cli.terminal.say(`${mark} ${name.padEnd(width)}  ${printable(detail)}`);
  }
}

type TestResult = { readonly name: string; readonly isUsable: boolean; readonly detail: string };

async function resultOf(
  { clock, environment }: Cli,
  { root, config }: { readonly root: string; readonly config: AgentSettings },
  timeoutMs: number,
  signal: AbortSignal,
): Promise<TestResult> {
  const processes = createPosixProcesses({
    table: machineProcessTable(),
    clock,
    // Its end is looked for.
    onExit: () => undefined,
  });
  const deps = {
    processes,
    clock,
    env: environment.variables,
    newSessionId: () => randomUUID(),
    makeFolder: async (path: string) => copyHead(root, path),
  };
  const { name } = config;
  const trial = await found(
    adapterFor(config, root).then(async (adapter) =>
      tryAgent(deps, { adapter, config }, timeoutMs, signal),
    ),
  );
  if (trial instanceof OrchestraError) return { name, isUsable: false, detail: trial.message };
  return { name, ...verdictOn(trial) };
}

function verdictOn({ outcome, report, tookMs }: Trial): Omit<TestResult, "name"> {
  if (outcome.kind === "failed") {
    const { class: failureClass, message } = outcome.failure;
    return {
      isUsable: false,
      detail: `${failureClass.replaceAll("_", " ")}: ${summaryLine(message)}`,
    };
  }
  const spent = [tokens(report.usage), money(report.costUsd)].filter(Boolean).join(", ");
  const said = summaryLine(report.resultText ?? "");
  const answer = said === "" ? "ended well" : `answered ${JSON.stringify(said)}`;
  const cost = spent === "" ? "" : ` (${spent})`;
  return { isUsable: true, detail: `${answer} in ${shortDuration(tookMs)}${cost}` };
}
