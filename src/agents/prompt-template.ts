import { OrchestraError } from "../core/errors.ts";

/** What may stand in a template; those of the founding queue beside our own words for the same. */
export type TemplateValues = {
  readonly agent: string;
  readonly prompt: string;
  readonly taskId: string;
  readonly attemptId: string;
  readonly workspacePath: string;
};

const PLACEHOLDER = /\{\{|\}\}|\{([A-Za-z_]\w*)\}/g;

/**
 * A prompt with the words of a template around it. One pass: what the prompt holds is never looked at.
 * Doubled braces stand for one; braces around anything but a name, as those of JSON, are left alone.
 * Throws `AGENT_UNUSABLE` for a name that nothing is known of.
 */
export function fillTemplate(template: string, values: TemplateValues): string {
  const known = placeholders(values);
  let doubled = 0;
  return template.replace(PLACEHOLDER, (whole, name: string | undefined) => {
    if (name === undefined) {
      // Two that close JSON within JSON were not doubled, because none before them were.
      if (whole === "}}" && doubled === 0) return whole;
      doubled += whole === "{{" ? 1 : -1;
      return whole.charAt(0);
    }
    const value = known.get(name);
    if (value !== undefined) return value;
    throw new OrchestraError(
      "AGENT_UNUSABLE",
      `Could not start the agent ${values.agent}: its prompt template has the placeholder {${name}}, and known are ${[...known.keys()].join(", ")}. Write {{${name}}} for the text itself.`,
    );
  });
}

function placeholders({
  agent,
  prompt,
  taskId,
  attemptId,
  workspacePath,
}: TemplateValues): ReadonlyMap<string, string> {
  return new Map([
    ["prompt", prompt],
    ["task_id", taskId],
    ["attempt_id", attemptId],
    ["worktree", workspacePath],
    ["agent", agent],
    ["userPrompt", prompt],
    ["taskId", taskId],
    ["planFile", `.orchestra/plans/${taskId}_plan.md`],
    ["logFile", `.orchestra/logs/${taskId}.log`],
  ]);
}
