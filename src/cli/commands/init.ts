import { rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { detectAgents, detectTestCommand } from "../../config/detect.ts";
import { detectSetupCommand } from "../../config/detect-setup.ts";
import { freshConfig } from "../../config/fresh-config.ts";
import { CONFIG_FILE } from "../../config/load-config.ts";
import { explainingStorage } from "../../workspace/git-error.ts";
import type { Cli } from "../cli.ts";

/** Sets a repository up. Safe to repeat: a file that is there stays as it is. */
export async function init(cli: Cli, options: { readonly dryRun?: boolean }): Promise<void> {
  const { root } = await cli.findRepository();
  const file = join(root, CONFIG_FILE);
  const agents = detectAgents(cli.environment.path);
  const testCommand = detectTestCommand(root);
  const setupCommand = detectSetupCommand(root);
  const text = freshConfig({ agents, testCommand, setupCommand });
  const isNew = !existsSync(file);
  if (options.dryRun) {
    cli.terminal.json({ file, isNew, agents, testCommand, setupCommand, text });
    cli.terminal.say(isNew ? text : `${file} is there already and would stay as it is.`);
    return;
  }

  if (isNew) await explainingStorage(`Writing ${file}`, writeNew(file, text));
  // Opening makes the state folder and the blackboard, and proves that both can be used.
  await using project = await cli.openProject();
  cli.terminal.json({ file, isNew, agents, testCommand, setupCommand, root: project.root });
  cli.terminal.say(isNew ? `Wrote ${file}` : `${file} is there already; left as it is.`);
  cli.terminal.say(`Agents found: ${agents.length === 0 ? "none" : agents.join(", ")}`);
  cli.terminal.say(`Test command: ${testCommand ?? "none found; add one under checks"}`);
  cli.terminal.say(`Set-up of a worktree: ${setupCommand ?? "none found"}`);
  cli.terminal.say("Next: orchestra doctor, then orchestra start 'what is to be done'");
}

/** Whole or not at all: a full disk leaves no empty file that would then stay as it is. */
async function writeNew(file: string, text: string): Promise<void> {
  await writeFile(file, "", { flag: "wx" });
  try {
    await writeFile(file, text);
  } catch (error) {
    await rm(file);
    throw error;
  }
}
