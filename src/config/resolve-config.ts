import type { CheckSpec } from "../core/task.ts";
import { commandCheck } from "./command-check.ts";
import type { AgentSettings, Config } from "./config.ts";
import { millisecondsOf } from "./duration.ts";
import { DEFAULTS } from "./defaults.ts";
import { ADAPTERS, BUILTIN_CHECKS, type ConfigFile } from "./schema.ts";

/** What the file says, over the defaults. */
export function resolveConfig(file: ConfigFile): Config {
  const agents = Object.fromEntries(
    Object.entries(file.agents).map(([name, agent]) => [name, agentOf(name, agent)]),
  );
  const [only, ...others] = Object.keys(agents);
  const chosen = only !== undefined && others.length === 0 ? only : DEFAULTS.defaults.agent;
  const [agent = chosen, ...fallbackAgents] = namedAgents(file);
  return {
    agents: { ...DEFAULTS.agents, ...agents },
    defaults: {
      agent,
      fallbackAgents,
      priority: file.defaults.priority,
      timeoutMs: millisecondsOf(file.defaults.timeout),
      stallMs: millisecondsOf(file.defaults.stall),
      maxRetries: file.defaults.retries,
    },
    checks: [...DEFAULTS.checks, ...file.checks.map(checkOf).filter((check) => !isDefault(check))],
    workspace: { ...file.workspace, root: file.workspace.root, warm: file.workspace.warm },
    merge: { enabled: file.merge.enabled, target: file.merge.target },
    limits: file.limits,
    prices: Object.fromEntries(
      Object.entries(file.prices).map(([model, { cache_read, cache_write, ...price }]) => [
        model,
        { ...price, cacheRead: cache_read, cacheWrite: cache_write },
      ]),
    ),
    store: file.store,
    retentionMs: millisecondsOf(file.retention),
  };
}

/** Who works a task that names nobody, as far as the file says. */
export function namedAgents({ defaults }: ConfigFile): readonly string[] {
  const { agent = [] } = defaults;
  return typeof agent === "string" ? [agent] : agent;
}

/** The module or the adapter that was named, or the one of the agent's own name, or that for any command. */
export function adapterOf(name: string, agent: ConfigFile["agents"][string]): string {
  return agent.plugin ?? agent.adapter ?? ADAPTERS.find((adapter) => adapter === name) ?? "command";
}

function isDefault(check: CheckSpec): boolean {
  return check.kind === "builtin" && DEFAULTS.checks.some((one) => one.name === check.name);
}

function agentOf(name: string, agent: ConfigFile["agents"][string]): AgentSettings {
  const { command = [], model, prompt: promptBy, resume = [], output, permissions } = agent;
  const { env, limit } = agent;
  const adapter = adapterOf(name, agent);
  const template = agent.template === undefined ? undefined : { file: agent.template };
  const told = { name, adapter, command, model, promptBy, resume, output, template };
  return { ...told, permissions, env, limit };
}

function checkOf(check: Check): CheckSpec {
  const builtin = BUILTIN_CHECKS.find((name) => name === check);
  if (builtin) return { kind: "builtin", name: builtin };
  const { run, name, timeout }: Detailed = isDetailed(check) ? check : { run: check };
  const timeoutMs = timeout === undefined ? undefined : millisecondsOf(timeout);
  return commandCheck({ run, name, timeoutMs });
}

type Check = ConfigFile["checks"][number];
type Detailed = Extract<Check, { run: unknown }>;

function isDetailed(check: Check): check is Detailed {
  return typeof check === "object" && "run" in check;
}
