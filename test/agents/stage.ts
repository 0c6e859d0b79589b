import { configOf, type AgentDriver } from "./driver.ts";
import { createProject, type RealProject } from "./real-project.ts";
import type { Script } from "./script.ts";
import { startScriptedEndpoint, type ScriptedEndpoint } from "./scripted-endpoint.ts";

/** A project, an agent and its model. */
export type Stage = {
  readonly project: RealProject;
  readonly endpoint: ScriptedEndpoint;
} & AsyncDisposable;

export type Shown = {
  readonly task: {
    readonly state: string;
    readonly failureCount: number;
    readonly messages?: readonly object[];
  };
  readonly attempts: readonly {
    readonly state: string;
    readonly usage: object;
    readonly costUsd?: number;
    readonly pid?: number;
    readonly sessionId?: string;
    readonly workspacePath?: string;
    readonly resumesSession: boolean;
    readonly failure?: { readonly class: string; readonly resetAtMs?: number };
  }[];
};

type Scripts = Readonly<Record<string, Script>>;

/** Installs the agent where it is not. */
export async function setStage(driver: AgentDriver, scripts: Scripts): Promise<Stage> {
  const executable = await driver.install();
  const endpoint = await startScriptedEndpoint(scripts);
  const project = createProject(configOf(driver, executable, endpoint.url));
  const clear = async (): Promise<void> => {
    project[Symbol.dispose]();
    await endpoint[Symbol.asyncDispose]();
  };
  return { project, endpoint, [Symbol.asyncDispose]: clear };
}

/** A task that is worked by the script of its name; agents are shown commits, so titles name none. */
export function startOf(name: string): readonly string[] {
  return ["start", `[script:${name}] Do it.`, "--id", name, "--title", `Work ${name}`];
}

export async function shown(project: RealProject, id: string): Promise<Shown> {
  return (await project.json("show", id)) as Shown;
}

/** What that many turns come to, as `show` tells it: an unknown cost is left out. */
export function told(driver: AgentDriver, turns: number): object {
  const { usage, costUsd } = driver.spentInTurns(turns);
  return costUsd === undefined ? { usage } : { usage, costUsd };
}

/** What attempts have used together. */
export function usageOf({ attempts }: Shown): object {
  const sum: Record<string, number> = {};
  for (const [name, count] of attempts.flatMap(({ usage }) => Object.entries(usage))) {
    sum[name] = (sum[name] ?? 0) + Number(count);
  }
  return sum;
}
