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
export function agentMistake(file: ConfigFile): Mistake | undefined {
  const { agents } = file;
  const [idle] = Object.entries(agents).find(([name, agent]) => isIdle(name, agent)) ?? [];
  if (idle !== undefined) {
    return {
      path: ["agents", idle],
      isKey: true,
      problem: `agents.${idle}: expected a command, as in command: [${idle}, "{prompt}"], or the adapter that knows it`,
    };
  }
  const known = [...new Set([...Object.keys(agents), ...Object.keys(DEFAULTS.agents)])];
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

function isIdle(name: string, agent: ConfigFile["agents"][string]): boolean {
  return adapterOf(name, agent) === "command" && agent.command === undefined;
}
