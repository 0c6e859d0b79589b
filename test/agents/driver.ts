import type { FailureClass } from "../../src/core/failure.ts";
import type { Usage } from "../../src/core/usage.ts";
import type { Turn } from "./script.ts";

/** What the suite of real agents has to know of one CLI. */
export type AgentDriver = {
  /** The agent's name in `orchestra.yaml`, and its adapter's where none is named. */
  readonly name: string;
  readonly adapter?: string;
  /** Installs the CLI once, into a cache outside the repository; returns its executable. */
  readonly install: () => Promise<string>;
  /** Its entry in `orchestra.yaml`: nothing but what points it at the endpoint and saves time. */
  readonly settings: (executable: string, endpointUrl: string) => AgentSettings;
  /** The turn in which the model has the CLI run a command. */
  readonly runs: (command: string) => Turn;
  /** What that many turns of `TURN_USAGE` come to, as the CLI's adapter tells it. */
  readonly spentInTurns: (count: number) => {
    readonly usage: Usage;
    readonly costUsd: number | undefined;
  };
  /** A usage limit that ends at this time (seconds since the epoch), as the CLI's provider tells it.
   * `undefined` where the CLI waits by itself. */
  readonly limitedUntil: ((resetsAtS: number) => Turn) | undefined;
  /** How exact the CLI tells that time; `undefined` when it does not tell. */
  readonly resetToleranceMs: number | undefined;
  /** Why it cannot go on with a session as soon as the suite wants it to. */
  readonly resumesLate?: string;
  /** How often it asks with a key before it takes it for refused; once where nothing is said. */
  readonly refusalsNeeded?: number;
  /**
   * What the CLI takes for something else than others do; `undefined` where it would only say once
   * more that it asks again until its time is up.
   */
  readonly classes?: Readonly<Partial<Record<BadEnd, FailureClass | undefined>>>;
};

export type AgentSettings = {
  readonly command: readonly string[];
  readonly model?: string;
  readonly env: Readonly<Record<string, string>>;
};

/** Ends of a model's answer that every CLI meets. */
export type BadEnd = "refused" | "busy" | "broken" | "garbage" | "half";

/** The `orchestra.yaml` of a project in which this CLI is the only agent. */
export function configOf(driver: AgentDriver, executable: string, endpointUrl: string): string {
  const { name, adapter = name } = driver;
  const agent = { adapter, ...driver.settings(executable, endpointUrl) };
  // YAML is written as JSON, which it includes.
  return `${JSON.stringify({ agents: { [name]: agent }, defaults: { agent: name } }, null, 2)}\n`;
}
