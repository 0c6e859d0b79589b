import type { Price } from "../core/price.ts";
import type { CheckSpec } from "../core/task.ts";
import type { OutputMapping } from "./output-schema.ts";

/** Everything that can be set, resolved: `orchestra.yaml` over the defaults. */
export type Config = {
  readonly agents: Readonly<Record<string, AgentSettings>>;
  readonly defaults: {
    readonly agent: string;
    /** Who goes on while it has met its usage limit, in this order. */
    readonly fallbackAgents: readonly string[];
    readonly priority: number;
    readonly timeoutMs: number;
    readonly stallMs: number;
    readonly maxRetries: number;
  };
  readonly checks: readonly CheckSpec[];
  readonly workspace: WorkspaceSettings;
  readonly merge: { readonly enabled: boolean; readonly target: string | undefined };
  readonly limits: { readonly parallel: number };
  /** What models cost, where that is not the bundled price. */
  readonly prices: Readonly<Record<string, Price>>;
  /** Where the blackboard is kept; unset, in a file of the project. */
  readonly store: string | undefined;
  /** How long ago a task has ended when it may be archived. */
  readonly retentionMs: number;
};

export type AgentSettings = {
  readonly name: string;
  readonly adapter: string;
  readonly command: readonly string[];
  readonly model: string | undefined;
  readonly promptBy: "argument" | "stdin" | "file";
  /** The command that goes on with a session; empty when there is none. */
  readonly resume: readonly string[];
  /** What its output means; plain text without it. */
  readonly output: OutputMapping | undefined;
  /** The words around each prompt, or the file of the project that holds them. */
  readonly template: { readonly text: string } | { readonly file: string } | undefined;
  readonly permissions: "allow" | "deny";
  readonly env: Readonly<Record<string, string>>;
  readonly limit: number | undefined;
};

export type WorkspaceSettings = {
  readonly root: string | undefined;
  readonly copy: readonly string[];
  readonly link: readonly string[];
  /** Folders to check out; all where none is named. */
  readonly sparse: readonly string[];
  readonly setup: readonly (string | readonly string[])[];
  readonly teardown: readonly (string | readonly string[])[];
  readonly env: Readonly<Record<string, string>>;
  /** Ports that each worktree has for itself. */
  readonly ports: number;
  /** How many worktrees of ended tasks are kept for the next ones; unset, as many as pays. */
  readonly warm: number | undefined;
};
