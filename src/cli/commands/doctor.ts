import type { Config } from "../../config/config.ts";
import { loadConfig } from "../../config/load-config.ts";
import { projectPaths } from "../../config/paths.ts";
import { worktreesRoot } from "../../config/worktrees-root.ts";
import { OrchestraError } from "../../core/errors.ts";
import type { Cli } from "../cli.ts";
import { blackboardFindings } from "../doctor/blackboard.ts";
import { found, ok, problem, type Finding } from "../doctor/finding.ts";
import {
  agentFindings,
  checkFinding,
  configFinding,
  gitFinding,
  spaceFinding,
  worktreesFinding,
} from "../doctor/surroundings.ts";
import { mendTroubles, troubleFindings } from "../doctor/troubles.ts";
import { EXIT } from "../exit-codes.ts";

type Options = { readonly fix?: boolean; readonly dryRun?: boolean };

/**
 * Checks everything that working a queue needs, and says what to do about what is missing. Without
 * `fix` it changes nothing: what may be written is asked, not tried, and what was left behind is
 * told with what would be done about it.
 */
export async function doctor(cli: Cli, options: Options): Promise<void> {
  const fixes = options.fix === true && options.dryRun !== true;
  const findings: Finding[] = [ok("node", process.version)];
  findings.push(await gitFinding(cli.cwd), ...(await projectFindings(cli)));
  findings.push(...(await leftoverFindings(cli, findings, fixes)));

  // Before it is written, because who reads may have gone away.
  if (findings.some(({ verdict }) => verdict === "problem")) {
    cli.exitCode.value = EXIT.configuration;
  }
  cli.terminal.json({ findings });
  for (const finding of findings) say(cli, finding);
  if (findings.some(({ cure, isMended }) => cure !== undefined && !isMended) && !fixes) {
    cli.terminal.say(cli.terminal.style("dim", "\nHave that done: orchestra doctor --fix"));
  }
}

const LOOKS = {
  ok: ["✓", "green"],
  warning: ["!", "yellow"],
  problem: ["✗", "red"],
} as const;

function say({ terminal }: Cli, { what, verdict, detail, cure, isMended }: Finding): void {
  const [symbol, style] = LOOKS[verdict];
  const remedy = isMended ? " — mended" : cure === undefined ? "" : ` — --fix ${cure}`;
  terminal.say(`${terminal.style(style, symbol)} ${what.padEnd(14)} ${detail}${remedy}`);
}

async function projectFindings(cli: Cli): Promise<Finding[]> {
  const repository = await found(cli.findRepository());
  if (repository instanceof OrchestraError) return [problem("project", repository.message)];
  const { root } = repository;
  const around = [
    ok("project", root),
    ...(await blackboardFindings(cli, root)),
    await spaceFinding("disk", projectPaths(root).stateFolder),
  ];
  const configured = await found(readConfig(cli, root));
  if (configured instanceof OrchestraError) {
    return [...around, problem("config", configured.message)];
  }
  const { config, worktrees } = configured;
  return [
    ...around,
    configFinding(root),
    await worktreesFinding(worktrees),
    ...(await agentFindings(cli, config, root)),
    checkFinding(config),
  ];
}

async function readConfig(
  { environment }: Cli,
  root: string,
): Promise<{ readonly config: Config; readonly worktrees: string }> {
  const config = await loadConfig(root);
  return { config, worktrees: worktreesRoot(root, environment, config.workspace.root) };
}

/** What must be in order before what was left behind can be told. */
const ASKED: readonly string[] = ["git", "project", "blackboard", "config"];

async function leftoverFindings(
  cli: Cli,
  before: readonly Finding[],
  fixes: boolean,
): Promise<readonly Finding[]> {
  if (before.some(({ what, verdict }) => verdict === "problem" && ASKED.includes(what))) return [];
  const { root } = await cli.findRepository();
  const subject = { root, config: (await readConfig(cli, root)).config };
  const findings = await found(fixes ? mendTroubles(cli, subject) : troubleFindings(cli, subject));
  return findings instanceof OrchestraError ? [problem("leftovers", findings.message)] : findings;
}
