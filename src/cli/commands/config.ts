import { join, relative } from "node:path";
import { AGENT_CONFIG_FILE, agentsOfFile } from "../../config/agent-config-file.ts";
import { changeConfig, unsetConfig, type ConfigChange } from "../../config/change-config.ts";
import type { Config } from "../../config/config.ts";
import { CONFIG_FILE, configBytes } from "../../config/load-config.ts";
import { invalidConfig, placeText, sentence } from "../../config/parse-config.ts";
import { readConfigFile, type PlacedMistake } from "../../config/read-config-file.ts";
import { settingsOf, shownValue, type Overrides } from "../../config/settings.ts";
import { defaultWorktrees } from "../../config/worktrees-root.ts";
import { OrchestraError } from "../../core/errors.ts";
import { explainingStorage } from "../../workspace/git-error.ts";
import type { Cli } from "../cli.ts";
import { EXIT } from "../exit-codes.ts";
import { replaceFile } from "../replace-file.ts";
import { settingLines, valueText } from "../report/setting-lines.ts";
import { plural } from "../view/amounts.ts";

/** Shows every key that holds, and where its value comes from. */
export async function showConfig(
  cli: Cli,
  options: { readonly origin?: boolean; readonly store?: string },
): Promise<void> {
  const { file, bytes, listed } = await configFile(cli);
  const reading = readConfigFile(bytes ?? Buffer.alloc(0), Object.keys(listed));
  if (reading.kind === "mistaken") throw invalidConfig(file, reading.mistakes[0]);
  const overrides = {
    ...overridesOf(cli, options.store),
    listed: { file: AGENT_CONFIG_FILE, agents: listed },
  };
  const settings = settingsOf(CONFIG_FILE, reading.read, overrides);
  cli.terminal.json({ file, isThere: bytes !== undefined, settings });
  const lines = settingLines(settings, { withOrigin: options.origin === true }, cli.terminal);
  for (const line of lines) cli.terminal.say(line);
}

/** Names every mistake of the file with its place and with what is allowed there. */
export async function validateConfig(cli: Cli): Promise<void> {
  const { file, bytes, listed } = await configFile(cli);
  const reading = readConfigFile(bytes ?? Buffer.alloc(0), Object.keys(listed));
  const mistakes = reading.kind === "mistaken" ? reading.mistakes : [];
  // Before it is written, because who reads may have gone away.
  if (mistakes.length > 0) cli.exitCode.value = EXIT.configuration;
  cli.terminal.json({
    file,
    isThere: bytes !== undefined,
    mistakes: mistakes.map(({ line, column, problem }) => ({ line, column, problem })),
  });
  for (const line of mistakeLines(cli, file, mistakes)) cli.terminal.say(line);
  if (mistakes.length > 0) return;
  cli.terminal.say(
    bytes === undefined
      ? `There is no ${CONFIG_FILE}, so the defaults hold: orchestra config show`
      : `${cli.terminal.style("green", "✓")} ${shortPath(cli, file)} is valid.`,
  );
}

const MISTAKES_SHOWN_MAX = 100;

function mistakeLines(cli: Cli, file: string, mistakes: readonly PlacedMistake[]): string[] {
  const shown = mistakes.slice(0, MISTAKES_SHOWN_MAX);
  const rest = mistakes.length - shown.length;
  return [
    ...shown.map((one) => `${placeText(shortPath(cli, file), one)}: ${sentence(one)}`),
    ...(rest === 0 ? [] : [`… and ${plural(rest, "more mistake")}`]),
  ];
}

/** Sets a key in the file, which keeps its comments; a value that is not allowed changes nothing. */
export async function setConfig(cli: Cli, key: string, typed: string): Promise<void> {
  await changeFile(cli, key, (text, listed) => changeConfig(text, key, typed, listed));
}

/** Takes a key out of the file, which keeps its comments: its default holds again. */
export async function resetConfig(cli: Cli, key: string): Promise<void> {
  await changeFile(cli, key, (text, listed) => unsetConfig(text, key, listed));
}

async function changeFile(
  cli: Cli,
  key: string,
  changeText: (text: string, listed: readonly string[]) => ConfigChange,
): Promise<void> {
  const { file, bytes, listed } = await configFile(cli);
  const change = changeText((bytes ?? Buffer.alloc(0)).toString("utf8"), Object.keys(listed));
  if (change.kind === "mistaken") throw invalidConfig(file, change.mistake);
  if (change.kind === "refused") {
    const message = `${sentence(change)} Nothing was changed.`;
    throw new OrchestraError("INVALID_ARGUMENT", message);
  }
  if (change.kind === "changed") {
    await explainingStorage(`Writing ${file}`, replaceFile(file, change.text));
  }
  sayChange(cli, { file, key, change });
}

function sayChange(
  cli: Cli,
  {
    file,
    key,
    change,
  }: {
    readonly file: string;
    readonly key: string;
    readonly change: Extract<ConfigChange, { kind: "changed" | "unchanged" }>;
  },
): void {
  const path = key.split(".");
  const [before, after] = [shownValue(path, change.before), shownValue(path, change.after)];
  const isChanged = change.kind === "changed";
  cli.terminal.json({ file, key, before, after, isChanged });
  const was = before === undefined ? "" : ` (was ${valueText(before)})`;
  const place = shortPath(cli, file);
  if (after === undefined) {
    return cli.terminal.say(
      isChanged ? `${key} is no longer set in ${place}${was}` : `${key} is not set in ${place}.`,
    );
  }
  cli.terminal.say(
    isChanged
      ? `${key}: ${valueText(after)}${was} in ${place}`
      : `${key} is ${valueText(after)} in ${place} already.`,
  );
}

/** The project's file and its bytes, `undefined` when there is none. */
export async function configFile(cli: Cli): Promise<{
  readonly file: string;
  readonly bytes: Buffer | undefined;
  /** Agents that are configured elsewhere. */
  readonly listed: Config["agents"];
}> {
  const { root } = await cli.findRepository();
  const file = join(root, CONFIG_FILE);
  return { file, bytes: configBytes(root), listed: await agentsOfFile(root) };
}

function overridesOf({ environment }: Cli, flag: string | undefined): Omit<Overrides, "listed"> {
  const { storeUrl } = environment;
  const { folder, variable } = defaultWorktrees(environment);
  return {
    store: storeUrl === undefined ? undefined : { url: storeUrl, origin: storeOrigin(flag) },
    worktrees: {
      folder,
      origin:
        variable === undefined ? { kind: "default" } : { kind: "environment", name: variable },
    },
  };
}

function storeOrigin(flag: string | undefined): NonNullable<Overrides["store"]>["origin"] {
  return flag === undefined
    ? { kind: "environment", name: "ORCHESTRA_STORE" }
    : { kind: "flag", name: "--store" };
}

/** As one would type it from here. */
function shortPath({ cwd }: Cli, file: string): string {
  return relative(cwd, file);
}
