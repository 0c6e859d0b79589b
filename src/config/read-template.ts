import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { OrchestraError } from "../core/errors.ts";
import type { AgentSettings } from "./config.ts";

const TEMPLATE_BYTES_MAX = 1024 * 1024;

/** The words around an agent's prompts; a file counts from the project's root. */
export function readTemplate(
  { name, template }: Pick<AgentSettings, "name" | "template">,
  root: string,
): string | undefined {
  if (!template) return undefined;
  if ("text" in template) return template.text;
  const file = resolve(root, template.file);
  try {
    if (statSync(file).size <= TEMPLATE_BYTES_MAX) return readFileSync(file, "utf8");
  } catch (cause) {
    throw unusable(name, `could not be read: ${file}`, cause);
  }
  throw unusable(name, `is larger than 1 MiB: ${file}`);
}

function unusable(name: string, problem: string, cause?: unknown): OrchestraError {
  const message = `Could not start the agent ${name}: its prompt template ${problem}. Name another one, or none.`;
  return new OrchestraError("AGENT_UNUSABLE", message, { cause });
}
