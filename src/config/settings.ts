import type { Config } from "./config.ts";
import { DEFAULTS } from "./defaults.ts";
import { BASIC_PROMPT } from "./parse-agent-config.ts";
import type { ReadConfig } from "./read-config-file.ts";
import { adapterOf, resolveConfig } from "./resolve-config.ts";
import type { ConfigFile } from "./schema.ts";
import { withoutPassword } from "./store-location.ts";

/** Where a value comes from: each beats those after it. */
export type Origin =
  | { readonly kind: "flag"; readonly name: string }
  | { readonly kind: "environment"; readonly name: string }
  | { readonly kind: "file"; readonly file: string; readonly line: number | undefined }
  | { readonly kind: "default" };

/** One key of the configuration as it holds. */
export type Setting = {
  /** As `config set` takes it. */
  readonly key: string;
  /** As it would be written in the file; `undefined` when nothing is set, and nothing need be. */
  readonly value: unknown;
  readonly origin: Origin;
};

/** What says otherwise than the file. */
export type Overrides = {
  /** The store as `--store` or a variable has it, and which of them. */
  readonly store: { readonly url: string; readonly origin: Origin } | undefined;
  /** Where worktrees are made if the file does not say. */
  readonly worktrees: { readonly folder: string; readonly origin: Origin };
  /** Agents of another file; those of the same name in this one take their place. */
  readonly listed: { readonly file: string; readonly agents: Config["agents"] };
};

/** Stands for what may be a secret. */
export const HIDDEN = "(hidden)";

const DEFAULT: Origin = { kind: "default" };
const DEFAULT_STORE = "sqlite:.orchestra/blackboard.db";

/** Every key that holds, in the order of the documentation, with where its value comes from. */
export function settingsOf(file: string, read: ReadConfig, overrides: Overrides): Setting[] {
  const { config } = read;
  const listed = listedAgents(config, overrides);
  const fromFile = (path: readonly string[]): Origin => {
    if (isSet(read.value, path)) return { kind: "file", file, line: read.lineOf(path) };
    if (!isSet({ agents: listed }, path) || DERIVED.includes(path.at(-1) ?? "")) return DEFAULT;
    return { kind: "file", file: overrides.listed.file, line: undefined };
  };
  const effective = effectiveConfig(config, listed);
  return leavesOf(effective, []).map(({ path, value }) => {
    const key = path.join(".");
    if (key === "store") return storeSetting(config, overrides, fromFile(path));
    if (key === "workspace.root" && value === undefined) {
      const { folder, origin } = overrides.worktrees;
      return { key, value: folder, origin };
    }
    return { key, value: shownValue(path, value), origin: fromFile(path) };
  });
}

/** What may be shown of a key's value: no variable in it, and no password of a store. */
export function shownValue(path: readonly string[], value: unknown): unknown {
  if (value === undefined) return undefined;
  if (isSecret(path)) return HIDDEN;
  if (path.join(".") === "store" && typeof value === "string") return withoutPassword(value);
  if (!isRecord(value)) return value;
  const inner = Object.entries(value).map(([key, one]) => [key, shownValue([...path, key], one)]);
  return Object.fromEntries(inner);
}

/** Whether the key may hold a secret: variables do. */
function isSecret(path: readonly string[]): boolean {
  return path.at(-2) === "env" && (path.length === 4 || path[0] === "workspace");
}

type Described = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Of an agent of another file, what that file does not say. */
const DERIVED = ["adapter", "prompt"];

/** Agents of another file, in the words of this one; its own of the same name take their place. */
function listedAgents({ agents }: ConfigFile, { listed }: Overrides): Described {
  const others = Object.values(listed.agents).filter(({ name }) => !Object.hasOwn(agents, name));
  return Object.fromEntries(
    others.map(({ name, adapter, command, promptBy: prompt, template = {} }) => [
      name,
      { adapter, command, prompt, ...templateOf(template) },
    ]),
  );
}

/** A file is named as here; a text has its own name there, and none here. */
function templateOf({ file, text }: { readonly file?: string; readonly text?: string }): object {
  if (file !== undefined) return { template: file };
  return text === undefined || text === BASIC_PROMPT ? {} : { promptTemplate: text };
}

/** What holds, in the words of the file, with every key that may be set once. */
function effectiveConfig(config: ConfigFile, listed: Described): Readonly<Record<string, unknown>> {
  const { agents, defaults, workspace, merge, limits, prices, store, retention } = config;
  const { adapter, promptBy: prompt } = DEFAULTS.agents["claude"] ?? {};
  const configured = Object.entries(agents).map(([name, agent]) => [
    name,
    agent.plugin === undefined ? { ...agent, adapter: adapterOf(name, agent) } : agent,
  ]);
  const builtin = DEFAULTS.checks.map(({ name }) => name);
  const checks: unknown[] = [...builtin, ...config.checks];
  return {
    agents: { claude: { adapter, prompt }, ...listed, ...Object.fromEntries(configured) },
    defaults: {
      agent: defaults.agent ?? resolveConfig(config).defaults.agent,
      priority: defaults.priority,
      timeout: defaults.timeout,
      stall: defaults.stall,
      retries: defaults.retries,
    },
    checks: [...new Set(checks)],
    workspace: { root: undefined, ...workspace, warm: workspace.warm },
    merge: { enabled: merge.enabled, target: merge.target },
    limits,
    prices,
    store,
    retention,
  };
}

function storeSetting(config: ConfigFile, { store }: Overrides, inFile: Origin): Setting {
  const url = store?.url ?? config.store ?? DEFAULT_STORE;
  return { key: "store", value: withoutPassword(url), origin: store?.origin ?? inFile };
}

type Leaf = { readonly path: readonly string[]; readonly value: unknown };

function leavesOf(value: unknown, path: readonly string[]): Leaf[] {
  if (!isRecord(value) || Object.keys(value).length === 0) return [{ path, value }];
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...path, key]));
}

function isSet(value: unknown, path: readonly string[]): boolean {
  const [key, ...rest] = path;
  if (key === undefined) return value !== undefined;
  return isRecord(value) && Object.hasOwn(value, key) && isSet(value[key], rest);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
