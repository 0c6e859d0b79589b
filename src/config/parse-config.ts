import { isMap, isScalar, LineCounter, parseDocument, type Document } from "yaml";
import type * as z from "zod";
import { OrchestraError } from "../core/errors.ts";
import type { BuiltinCheck, CheckSpec } from "../core/task.ts";
import type { AgentSettings, Config } from "./config.ts";
import { DEFAULTS } from "./load-config.ts";
import { configSchema, type ConfigFile } from "./schema.ts";

const CONFIG_BYTES_MAX = 1024 * 1024;
const ALIASES_MAX = 100;
const CHECK_TIMEOUT_MS = 30 * 60_000;

/** The configuration in a file's bytes; the first mistake is named with its place. */
export function parseConfig(file: string, bytes: Uint8Array): Config {
  const lines = new LineCounter();
  const document = parseDocument(textOf(file, bytes), { lineCounter: lines, uniqueKeys: true });
  const [broken] = document.errors;
  if (broken) throw invalid(file, placeOf(lines, broken.pos[0]), messageOf(broken));

  const parsed = configSchema.safeParse(valueOf(file, document) ?? {});
  if (parsed.success) return resolved(parsed.data);
  const [issue] = parsed.error.issues;
  if (!issue) throw new OrchestraError("INVALID_CONFIG", `${file} is not valid.`);
  throw invalid(file, placeOfPath(document, lines, issue), describe(issue));
}

function textOf(file: string, bytes: Uint8Array): string {
  if (bytes.length > CONFIG_BYTES_MAX) throw invalid(file, "", "it is larger than 1 MiB");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new OrchestraError("INVALID_CONFIG", `${file} is not valid UTF-8; convert it.`, {
      cause,
    });
  }
}

function valueOf(file: string, document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: ALIASES_MAX });
  } catch (cause) {
    throw new OrchestraError("INVALID_CONFIG", `${file} refers to itself too often.`, { cause });
  }
}

/** The first line of the parser's message; the rest draws the place, which is told already. */
function messageOf(error: Error): string {
  return error.message.split(/ at line \d+| \(\d+:\d+\)|\n/)[0] ?? "";
}

function invalid(file: string, place: string, problem: string): OrchestraError {
  const where = place === "" ? file : `${file}:${place}`;
  return new OrchestraError("INVALID_CONFIG", `${where}: ${problem}. Nothing was changed.`);
}

function describe(issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    return `${path === "" ? "" : `${path}: `}unknown key ${issue.keys.join(", ")}`;
  }
  return `${path === "" ? "the file" : path}: ${issue.message.replace(/^Invalid input: /, "")}`;
}

function placeOfPath(document: Document, lines: LineCounter, issue: z.core.$ZodIssue): string {
  const [unknown] = issue.code === "unrecognized_keys" ? issue.keys : [];
  const parent = document.getIn(issue.path, true);
  const keys = isMap(parent) ? parent.items.map((item) => item.key) : [];
  const key = keys.find((one) => isScalar(one) && one.value === unknown);
  const node = key ?? parent;
  const range = isScalar(node) || isMap(node) ? node.range : undefined;
  return range ? placeOf(lines, range[0]) : "";
}

function placeOf(lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${line}:${col}`;
}

function resolved(file: ConfigFile): Config {
  const agents = Object.fromEntries(
    Object.entries(file.agents).map(([name, agent]) => [name, agentOf(name, agent)]),
  );
  const [only, ...others] = Object.keys(agents);
  const chosen = only !== undefined && others.length === 0 ? only : DEFAULTS.defaults.agent;
  return {
    agents: { ...DEFAULTS.agents, ...agents },
    defaults: {
      agent: file.defaults.agent ?? chosen,
      priority: file.defaults.priority,
      timeoutMs: millisecondsOf(file.defaults.timeout),
      stallMs: millisecondsOf(file.defaults.stall),
      maxRetries: file.defaults.retries,
    },
    checks: [...DEFAULTS.checks, ...file.checks.map(checkOf).filter((check) => !isDefault(check))],
    workspace: { ...file.workspace, root: file.workspace.root },
    merge: { enabled: file.merge.enabled, target: file.merge.target },
    limits: file.limits,
  };
}

function isDefault(check: CheckSpec): boolean {
  return DEFAULTS.checks.some((one) => one.name === check.name && check.kind === "builtin");
}

function agentOf(name: string, agent: ConfigFile["agents"][string]): AgentSettings {
  const { adapter, command = [], model, prompt, env, limit } = agent;
  return { name, adapter, command, model, promptBy: prompt, env, limit };
}

const BUILTINS: readonly string[] = ["exit_code", "clean_tree", "has_changes"];

function checkOf(check: ConfigFile["checks"][number]): CheckSpec {
  if (typeof check === "string" && BUILTINS.includes(check)) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- It is one of them.
    return { kind: "builtin", name: check as BuiltinCheck };
  }
  const isObject = typeof check === "object" && "run" in check;
  const run = isObject ? check.run : check;
  const name =
    (isObject ? check.name : undefined) ?? (typeof run === "string" ? run : run.join(" "));
  return {
    kind: "command",
    name,
    // A line is for the shell, because whoever wrote it in the file means one.
    command: typeof run === "string" ? ["sh", "-c", run] : run,
    timeoutMs:
      isObject && check.timeout !== undefined ? millisecondsOf(check.timeout) : CHECK_TIMEOUT_MS,
  };
}

const MS_BY_UNIT: Readonly<Record<string, number>> = { s: 1e3, m: 6e4, h: 36e5, d: 864e5 };

function millisecondsOf(duration: string | number): number {
  if (typeof duration === "number") return duration * 1000;
  const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)([smhd])/g)];
  return parts.reduce(
    (sum, [, amount = "0", unit = "s"]) => sum + Number(amount) * (MS_BY_UNIT[unit] ?? 0),
    0,
  );
}
