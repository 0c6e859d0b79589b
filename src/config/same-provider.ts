import type { AgentSettings, Config } from "./config.ts";

/**
 * The agents that ask the same provider as one of them, which is among them, as far as the configuration
 * tells: the same CLI with other models, started in the same way.
 */
export function sameProvider(agents: Config["agents"]): (name: string) => readonly string[] {
  const all = Object.values(agents);
  return (name) => {
    const one = all.find((agent) => agent.name === name);
    if (!one) return [name];
    const key = providerKey(one);
    return all.filter((agent) => providerKey(agent) === key).map((agent) => agent.name);
  };
}

function providerKey({ adapter, command, env, model = "" }: AgentSettings): string {
  const variables = Object.entries(env).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([adapter, command, variables, providerIn(adapter, model)]);
}

/** What a model's name tells of its provider, to CLIs that ask more than one. */
function providerIn(adapter: string, model: string): string {
  switch (adapter) {
    case "opencode":
      // Like `anthropic/claude-opus`.
      return model.split("/")[0] ?? "";
    case "goose":
    case "aider":
    case "acp":
    case "command":
      return model;
    default:
      return adapter.startsWith("./") ? model : "";
  }
}
