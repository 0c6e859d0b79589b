import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AgentDriver } from "./driver.ts";
import type { RealProject } from "./real-project.ts";
import type { Turn } from "./script.ts";
import { shown } from "./stage.ts";
import { until } from "./until.ts";

/** The turn in which the agent is at work until it is let go. */
export function waits(driver: AgentDriver): Turn {
  return driver.runs("echo begun > work.txt; until [ -e go ]; do sleep 0.1; done");
}

/** Resolves when the agent's command runs. */
export async function atWork(project: RealProject, id: string): Promise<void> {
  await until(async () => {
    const { attempts } = await shown(project, id);
    return existsSync(join(attempts[0]?.workspacePath ?? "", "work.txt")) || undefined;
  });
}

export async function letGo(project: RealProject, id: string): Promise<void> {
  const { attempts } = await shown(project, id);
  writeFileSync(join(attempts[0]?.workspacePath ?? "", "go"), "");
}

/** Resolves when the first attempt has printed this. */
export async function printed(project: RealProject, id: string, part: string): Promise<void> {
  const output = `.orchestra/attempts/${id}-1/stdout`;
  await until(async () => project.read(output).includes(part) || undefined);
}
