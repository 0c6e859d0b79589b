import type { AgentConfig } from "./adapter.ts";

/** The arguments that ask most CLIs for the configured model. */
export function modelOption({ model }: Pick<AgentConfig, "model">): readonly string[] {
  return model === undefined ? [] : ["--model", model];
}
