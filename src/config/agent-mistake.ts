import { nearMiss } from "./near-miss.ts";
import { DEFAULTS } from "./defaults.ts";
import { adapterOf, namedAgents } from "./resolve-config.ts";
import type { ConfigFile } from "./schema.ts";

export type Mistake = {
  readonly path: readonly PropertyKey[];
  /** Whether the key at the path's end is wrong, and not its value. */
  readonly isKey: boolean;
  readonly problem: string;
};

/** What no key tells alone: an agent that has no command, a default agent that there is not. */
export function agentMistake(file: ConfigFile, others: readonly string[]): Mistake | undefined {
  const { agents } = file;
  const [idle] = Object.entries(agents).find(([name, agent]) => isIdle(name, agent)) ?? [];
  if (idle !== undefined) {
    return {
      path: ["agents", idle],
      isKey: true,
      problem: `agents.${idle}: expected a command, as in command: ${exampleFor(idle, agents[idle])}, or the adapter that knows it`,
    };
  }
  const strange = firstOf(Object.entries(agents), ([name, agent]) => commandMistake(name, agent));
  if (strange) return strange;
  const known = [...new Set([...Object.keys(agents), ...Object.keys(DEFAULTS.agents), ...others])];
  const agent = namedAgents(file).find((name) => !known.includes(name));
  if (agent === undefined) return undefined;
  const near = nearMiss(agent, known);
  const help = near === undefined ? "" : `; did you mean ${near}?`;
  return {
    path: ["defaults", "agent"],
    isKey: false,
    problem: `defaults.agent: expected one of ${known.join(", ")}, got ${JSON.stringify(agent)}${help}`,
  };
}

/** Adapters that know no executable of their own. */
const WITHOUT_COMMAND: readonly string[] = ["acp", "command"];

function isIdle(name: string, agent: Agent): boolean {
  return WITHOUT_COMMAND.includes(adapterOf(name, agent)) && agent.command === undefined;
}

function exampleFor(name: string, agent: Agent | undefined): string {
  return agent?.adapter === "acp" ? `[${name}, --acp]` : `[${name}, "{prompt}"]`;
}

type Agent = ConfigFile["agents"][string];

/** What only a command can have, and what it needs for that. */
function commandMistake(name: string, agent: Agent): Mistake | undefined {
  const adapter = adapterOf(name, agent);
  const at = (key: string, problem: string): Mistake => ({
    path: ["agents", name, key],
    isKey: true,
    problem: `agents.${name}.${key}: ${problem}`,
  });
  if (agent.plugin !== undefined && agent.adapter !== undefined) {
    return at("plugin", "expected an adapter or a plugin, and not both");
  }
  const alien = COMMAND_KEYS.find((key) => adapter !== "command" && agent[key] !== undefined);
  if (alien !== undefined) {
    return at(alien, `expected the adapter command; ${adapter} knows that of its CLI`);
  }
  const lines = Object.values(agent.output?.lines ?? {});
  const isKnown =
    agent.command?.some((part) => part.includes("{session_id}")) === true ||
    lines.some(({ session }) => session !== undefined);
  if (agent.resume === undefined || isKnown) return undefined;
  return at("resume", "expected {session_id} in command, or a line of output that tells session");
}

const COMMAND_KEYS = ["resume", "output"] as const;

function firstOf<Item, Found>(
  items: readonly Item[],
  find: (item: Item) => Found | undefined,
): Found | undefined {
  return items.map(find).find((found) => found !== undefined);
}
