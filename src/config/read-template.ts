import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { OrchestraError } from "../core/errors.ts";
import type { AgentSettings } from "./config.ts";
import { fileOfProject } from "./file-of-project.ts";

const TEMPLATE_BYTES_MAX = 1024 * 1024;

/** The words around an agent's prompts; a file counts from the project's root, and is one of the project. */
export function readTemplate(
  { name, template }: Pick<AgentSettings, "name" | "template">,
  root: string,
): string | undefined {
  if (!template) return undefined;
  if ("text" in template) return template.text;
  const file = resolve(root, template.file);
  try {
    const real = fileOfProject(root, file);
    const problem = problemOf(real);
    if (real !== undefined && problem === undefined) return readFileSync(real, "utf8");
    throw unusable(name, `${problem}: ${file}`);
  } catch (cause) {
    if (cause instanceof OrchestraError) throw cause;
    throw unusable(name, `could not be read: ${file}`, cause);
  }
}

function problemOf(real: string | undefined): string | undefined {
  if (real === undefined) return "lies outside of the project";
  const stat = statSync(real);
  // Reading a pipe would wait for ever for who writes into it.
  if (!stat.isFile()) return "is no plain file";
  return stat.size > TEMPLATE_BYTES_MAX ? "is larger than 1 MiB" : undefined;
}

function unusable(name: string, problem: string, cause?: unknown): OrchestraError {
  const message = `Could not start the agent ${name}: its prompt template ${problem}. Name a file of the project, or none.`;
  return new OrchestraError("AGENT_UNUSABLE", message, { cause });
}
