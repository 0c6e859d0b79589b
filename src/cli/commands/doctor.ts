import { statfs } from "node:fs/promises";
import { adapterFor } from "../../agents/adapters.ts";
import { probeAgent } from "../../agents/probe.ts";
import type { Project } from "../../app.ts";
import { OrchestraError } from "../../core/errors.ts";
import { git } from "../../workspace/git.ts";
import type { Cli } from "../cli.ts";
import { EXIT } from "../exit-codes.ts";

type Finding = {
  readonly what: string;
  readonly verdict: "ok" | "warning" | "problem";
  readonly detail: string;
};

const FREE_BYTES_MIN = 1024 ** 3;
const GIT_VERSION_MIN = [2, 31] as const;

/** Checks everything that working a queue needs, and says what to do about what is missing. */
export async function doctor(cli: Cli): Promise<void> {
  const findings: Finding[] = [{ what: "node", verdict: "ok", detail: process.version }];
  findings.push(await attempted("git", async () => gitFinding(cli.cwd)));
  findings.push(...(await projectFindings(cli)));

  cli.terminal.json({ findings });
  for (const { what, verdict, detail } of findings) {
    const [symbol, style] = LOOKS[verdict];
    cli.terminal.say(`${cli.terminal.style(style, symbol)} ${what.padEnd(14)} ${detail}`);
  }
  if (findings.some(({ verdict }) => verdict === "problem")) {
    cli.exitCode.value = EXIT.configuration;
  }
}

const LOOKS = {
  ok: ["✓", "green"],
  warning: ["!", "yellow"],
  problem: ["✗", "red"],
} as const;

/** A finding about `what`, or the problem that came up while looking. */
async function attempted(what: string, look: () => Promise<Finding>): Promise<Finding> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof OrchestraError) return { what, verdict: "problem", detail: error.message };
    throw error;
  }
}

async function gitFinding(cwd: string): Promise<Finding> {
  const text = await git(["--version"], { cwd });
  const [major = 0, minor = 0] = (/\d+\.\d+/.exec(text)?.[0] ?? "").split(".").map(Number);
  const [majorMin, minorMin] = GIT_VERSION_MIN;
  const isEnough = major > majorMin || (major === majorMin && minor >= minorMin);
  return {
    what: "git",
    verdict: isEnough ? "ok" : "problem",
    detail: isEnough ? text : `${text}; ${GIT_VERSION_MIN.join(".")} or later is needed`,
  };
}

async function projectFindings(cli: Cli): Promise<Finding[]> {
  const findings: Finding[] = [];
  const opening = await attempted("project", async () => {
    await using project = await cli.openProject();
    findings.push(await spaceFinding(project.root), ...(await agentFindings(project)));
    findings.push(...checkFindings(project));
    return { what: "project", verdict: "ok", detail: project.root };
  });
  return [opening, ...findings];
}

async function spaceFinding(root: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(root);
  const free = bavail * bsize;
  return {
    what: "disk",
    verdict: free < FREE_BYTES_MIN ? "warning" : "ok",
    detail: `${(free / 1024 ** 3).toFixed(1)} GiB free`,
  };
}

async function agentFindings({ config, root, environment }: Project): Promise<Finding[]> {
  return Promise.all(
    Object.values(config.agents).map(async (settings) =>
      attempted(`agent ${settings.name}`, async () => {
        const adapter = await adapterFor(settings);
        const probe = await probeAgent(adapter, settings, {
          cwd: root,
          path: environment.path,
        });
        const isDefault = settings.name === config.defaults.agent;
        const trouble = isDefault ? "problem" : "warning";
        return {
          what: `agent ${settings.name}`,
          verdict: probe.problem === undefined ? "ok" : trouble,
          detail: probe.problem ?? probe.version ?? "installed",
        };
      }),
    ),
  );
}

function checkFindings({ config }: Project): Finding[] {
  const commands = config.checks.filter((check) => check.kind === "command");
  if (commands.length > 0) {
    const detail = commands.map((check) => check.name).join(", ");
    return [{ what: "checks", verdict: "ok", detail }];
  }
  return [
    {
      what: "checks",
      verdict: "warning",
      detail: "none: any change counts as done. Add a test command under checks in orchestra.yaml",
    },
  ];
}
