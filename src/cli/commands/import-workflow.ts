import { relative, resolve } from "node:path";
import { changeConfig } from "../../config/change-config.ts";
import { invalidConfig, sentence } from "../../config/parse-config.ts";
import { OrchestraError } from "../../core/errors.ts";
import { readWorkflow, type Workflow } from "../../intake/formats/workflow.ts";
import { readText } from "../../intake/read-source.ts";
import { explainingStorage } from "../../workspace/git-error.ts";
import type { Cli } from "../cli.ts";
import { replaceFile } from "../replace-file.ts";
import { shellWord } from "../shell-word.ts";
import { printable } from "../terminal.ts";
import { valueText } from "../report/setting-lines.ts";
import { configFile } from "./config.ts";

/** Puts what Symphony's `WORKFLOW.md` says about how to work into `orchestra.yaml`, whose comments stay. */
export async function importWorkflow(
  cli: Cli,
  typed: string,
  { dryRun: isDryRun = false }: { readonly dryRun?: boolean },
): Promise<void> {
  const workflow = readWorkflow(typed, readText(typed, resolve(cli.cwd, typed)));
  const { file, bytes, listed } = await configFile(cli);
  const before = (bytes ?? Buffer.alloc(0)).toString("utf8");
  const { text, settings } = changed(before, workflow, {
    file,
    typed,
    agents: Object.keys(listed),
  });
  if (!isDryRun && text !== before) {
    await explainingStorage(`Writing ${file}`, replaceFile(file, text));
  }
  const { left } = workflow;
  cli.terminal.json({ source: typed, isDryRun, file, settings, left });
  const place = relative(cli.cwd, file);
  for (const { key, before, after, isChanged } of settings) {
    const was = before === undefined ? "" : ` (was ${valueText(before)})`;
    const said = isChanged ? `${key}: ${valueText(after)}${was}` : `${key} is so already`;
    cli.terminal.say(printable(said));
  }
  cli.terminal.say(isDryRun ? `${place} would say this.` : `${place} says this now.`);
  if (left.length > 0) cli.terminal.note(`Not taken over: ${printable(left.join(", "))}.`);
  if (workflow.template !== "") {
    const use = `orchestra import github --template ${shellWord(typed)}`;
    cli.terminal.note(
      `Its text makes the prompts of the tasks that are taken over with it: ${use}`,
    );
  }
}

type Setting = {
  readonly key: string;
  readonly before?: unknown;
  readonly after: unknown;
  readonly isChanged: boolean;
};

/** One setting after the other; the first that cannot be ends it, with nothing written. */
function changed(
  before: string,
  { settings }: Workflow,
  {
    file,
    typed,
    agents,
  }: { readonly file: string; readonly typed: string; readonly agents: readonly string[] },
): { readonly text: string; readonly settings: readonly Setting[] } {
  const all: Setting[] = [];
  let text = before;
  for (const { key, value } of settings) {
    const change = changeConfig(text, key, value, agents);
    if (change.kind === "mistaken") throw invalidConfig(file, change.mistake);
    if (change.kind === "refused") {
      const message = `${typed}: ${sentence(change)} Nothing was changed.`;
      throw new OrchestraError("INVALID_FILE", message);
    }
    text = change.text;
    const isChanged = change.kind === "changed";
    const was = change.before === undefined ? {} : { before: change.before };
    all.push({ key, ...was, after: change.after, isChanged });
  }
  return { text, settings: all };
}
