import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { adapterFor } from "../../agents/adapters.ts";
import { probeAgent } from "../../agents/probe.ts";
import type { Config } from "../../config/config.ts";
import { CONFIG_FILE } from "../../config/load-config.ts";
import { OrchestraError } from "../../core/errors.ts";
import { git } from "../../workspace/git.ts";
import type { Cli } from "../cli.ts";
import { found, ok, problem, warning, type Finding } from "./finding.ts";
import { obstacleAt } from "./obstacle.ts";

/** What a clone of a larger repository takes. */
const FREE_BYTES_MIN = 1024 ** 3;
/** Less than this, and git and the blackboard begin to fail. */
const FREE_BYTES_NEEDED = 16 * 1024 ** 2;
const GIT_VERSION_MIN = [2, 31] as const;

export async function gitFinding(cwd: string): Promise<Finding> {
  const text = await found(git(["--version"], { cwd }));
  if (text instanceof OrchestraError) return problem("git", text.message);
  const [major = 0, minor = 0] = (/\d+\.\d+/.exec(text)?.[0] ?? "").split(".").map(Number);
  const [majorMin, minorMin] = GIT_VERSION_MIN;
  if (major > majorMin || (major === majorMin && minor >= minorMin)) return ok("git", text);
  return problem("git", `${text}; ${GIT_VERSION_MIN.join(".")} or later is needed`);
}

/** Whether worktrees can be made, and what space they have. */
export async function worktreesFinding(folder: string): Promise<Finding> {
  const obstacle = obstacleAt(folder);
  return obstacle === undefined
    ? spaceFinding("worktrees", folder)
    : problem("worktrees", obstacle);
}

/** The space where `folder` is, or is going to be. */
export async function spaceFinding(what: string, folder: string): Promise<Finding> {
  if (!existsSync(folder)) return spaceFinding(what, dirname(folder));
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const detail = `${(free / 1024 ** 3).toFixed(1)} GiB free in ${folder}`;
  if (free < FREE_BYTES_NEEDED) return problem(what, `${detail}. Free some.`);
  return free < FREE_BYTES_MIN ? warning(what, detail) : ok(what, detail);
}

export function configFinding(root: string): Finding {
  if (existsSync(join(root, CONFIG_FILE))) return ok("config", CONFIG_FILE);
  return ok("config", `the defaults; \`orchestra init\` writes ${CONFIG_FILE}`);
}

export async function agentFindings(cli: Cli, config: Config, root: string): Promise<Finding[]> {
  const place = { cwd: root, path: cli.environment.path };
  return Promise.all(
    Object.values(config.agents).map(async (settings) => {
      const { name } = settings;
      const probe = await found(
        adapterFor(settings, root).then(async (adapter) => probeAgent(adapter, settings, place)),
      );
      const what = `agent ${name}`;
      if (probe instanceof OrchestraError) return problem(what, probe.message);
      if (probe.problem === undefined) return ok(what, probe.version ?? "installed");
      const verdict = name === config.defaults.agent ? "problem" : "warning";
      return { what, verdict, detail: probe.problem };
    }),
  );
}

export function checkFinding(config: Config): Finding {
  const commands = config.checks.filter((check) => check.kind === "command");
  if (commands.length > 0) return ok("checks", commands.map((check) => check.name).join(", "));
  const detail =
    "none: any change counts as done. Add a test command under checks in orchestra.yaml";
  return warning("checks", detail);
}
