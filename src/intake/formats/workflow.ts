import { LineCounter, parseDocument } from "yaml";
import * as z from "zod";
import { describeMistake } from "../../config/describe-mistake.ts";
import { mistakeAt } from "../source-task.ts";

/** What Symphony's `WORKFLOW.md` says: how to work, and what each issue's prompt is made of. */
export type Workflow = {
  /** In our words, as `orchestra config set` takes them. */
  readonly settings: readonly { readonly key: string; readonly value: string }[];
  /** Keys of it that are not taken over, with the reason where it is not plain. */
  readonly left: readonly string[];
  readonly template: string;
};

const FRONT = /^---[ \t]*\r?\n([^]*?)^---[ \t]*\r?$/m;
/** A workspace is a check-out already. */
const CHECKS_OUT = /\bgit\b[^\n;&|]*\b(clone|worktree)\b/;

const number = z
  .union([z.int(), z.string()])
  .transform(Number)
  .refine(Number.isInteger, "expected a whole number")
  .optional();
const script = z.string().optional();

const frontShape = z.object({
  agent: z.looseObject({ max_concurrent_agents: number }).optional(),
  codex: z
    .looseObject({ turn_timeout_ms: number, stall_timeout_ms: number, model: script })
    .optional(),
  hooks: z.looseObject({ after_create: script, before_remove: script }).optional(),
});

export function readWorkflow(source: string, text: string): Workflow {
  const [whole = "", front = ""] = text.startsWith("---") ? (FRONT.exec(text) ?? []) : [];
  if (whole === "" && text.startsWith("---")) {
    throw mistakeAt({ source }, "the settings at its head have no end: expected a line ---");
  }
  const value = frontOf(source, front);
  const parsed = frontShape.safeParse(value, { reportInput: true });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw mistakeAt({ source }, issue ? describeMistake(issue, []) : "it cannot be read");
  }
  const { agent, codex, hooks } = parsed.data;
  const stallMs = codex?.stall_timeout_ms;
  const taken = [
    ["agent.max_concurrent_agents", "limits.parallel", agent?.max_concurrent_agents],
    ["codex", "agents.codex.adapter", codex && "codex"],
    ["codex.model", "agents.codex.model", codex?.model],
    ["codex", "defaults.agent", codex && "codex"],
    ["codex.turn_timeout_ms", "defaults.timeout", seconds(codex?.turn_timeout_ms)],
    ["codex.stall_timeout_ms", "defaults.stall", stallMs && (seconds(Math.max(0, stallMs)) ?? "")],
    ["hooks.after_create", "workspace.setup", commandOf(hooks?.after_create)],
    ["hooks.before_remove", "workspace.teardown", commandOf(hooks?.before_remove)],
  ] as const;
  const set = taken.filter(([, , given]) => given !== undefined);
  const theirs = new Set<string>(set.map(([key]) => key));
  return {
    settings: set.map(([, key, given]) => ({ key, value: String(given) })),
    left: leavesOf(value).filter((key) => !theirs.has(key)),
    template: text.slice(whole.length).trim(),
  };
}

function frontOf(source: string, front: string): object {
  const lines = new LineCounter();
  const document = parseDocument(front, { lineCounter: lines });
  const [error] = document.errors;
  if (error) {
    const line = lines.linePos(error.pos[0]).line + 1;
    throw mistakeAt({ source, line: () => line }, "its settings are no YAML", error);
  }
  const value: unknown = document.toJS();
  if (value === null) return {};
  if (typeof value === "object" && !Array.isArray(value)) return value;
  throw mistakeAt({ source, line: () => 2 }, "its settings are no keys with values");
}

function seconds(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : ms === 0 ? "0" : `${ms / 1000}s`;
}

function commandOf(hook: string | undefined): string | undefined {
  return hook === undefined || CHECKS_OUT.test(hook) ? undefined : JSON.stringify([hook.trim()]);
}

/** `tracker.kind`, `polling.interval_ms` and so on. */
function leavesOf(value: object): string[] {
  return Object.entries(value).flatMap(([section, keys]: [string, unknown]) =>
    typeof keys === "object" && keys !== null && !Array.isArray(keys)
      ? Object.keys(keys).map((key) => `${section}.${key}`)
      : [section],
  );
}
