import { existsSync, mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { OrchestraError } from "../../core/errors.ts";
import { explainingStorage } from "../../workspace/git-error.ts";
import type { Cli } from "../cli.ts";
import { serviceOf, type Manager, type Service } from "../daemon/service.ts";
import { replaceFile } from "../replace-file.ts";

type Options = { readonly for?: Manager; readonly dryRun?: boolean };

/** The store's URL may hold a password. */
const OWNER_ALONE = 0o600;

/** Writes the file by which a service manager keeps the queue worked; starts nothing. */
export async function install(cli: Cli, options: Options): Promise<void> {
  const { file, text, manager, enable } = await theService(cli, options);
  if (!options.dryRun) {
    mkdirSync(dirname(file), { recursive: true });
    await explainingStorage(`Writing ${file}`, replaceFile(file, text, OWNER_ALONE));
  }
  cli.terminal.json({ file, manager, text, enable });
  if (options.dryRun) return cli.terminal.say(`# ${file}\n${text.trimEnd()}`);
  cli.terminal.say(`Wrote ${file}\nHave it started, now and whenever you log in:\n  ${enable}`);
  if (manager === "systemd") {
    cli.terminal.say("Have it go on when you log out:\n  loginctl enable-linger");
  }
}

/** Removes that file; stops nothing. */
export async function uninstall(cli: Cli, options: Options): Promise<void> {
  const { file, manager, disable } = await theService(cli, options);
  const isThere = existsSync(file);
  if (!options.dryRun) rmSync(file, { force: true });
  cli.terminal.json({ file, manager, isThere, disable });
  if (!isThere) return cli.terminal.say(`There is no ${file}.`);
  const verb = options.dryRun ? "Would remove" : "Removed";
  cli.terminal.say(`${verb} ${file}\nHave it stopped, if it was started so:\n  ${disable}`);
}

async function theService(cli: Cli, options: Options): Promise<Service> {
  const { root } = await cli.findRepository();
  const { program, environment } = cli;
  return serviceOf(options.for ?? managerHere(), { root, program, environment });
}

function managerHere(): Manager {
  if (process.platform === "linux") return "systemd";
  if (process.platform === "darwin") return "launchd";
  throw new OrchestraError(
    "INVALID_ARGUMENT",
    `There is no service manager that Orchestra knows on ${process.platform}. Name one: --for systemd`,
  );
}
