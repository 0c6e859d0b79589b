import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import type { AgentAdapter } from "../adapter.ts";
import { aLaunchRequest } from "./requests.ts";

/** Prints the prompt: what came in by standard input, or the last argument, or its file. */
const ECHO = `
import { readFileSync } from "node:fs";
const stdin = readFileSync(0, "utf8");
const last = process.argv.at(-1);
process.stdout.write(stdin || (last.endsWith("prompt.md") ? readFileSync(last, "utf8") : last));
`;

/** What a real process gets, as its prompt, from the adapter that `create` makes. */
export async function receivedPrompt(
  create: (command: readonly string[]) => AgentAdapter,
  prompt: string,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "orchestra-prompt-"));
  try {
    const promptFile = join(folder, "prompt.md");
    const echo = join(folder, "echo.mjs");
    const inbox = join(folder, "inbox");
    await Promise.all([writeFile(promptFile, prompt), writeFile(echo, ECHO)]);
    const adapter = create([process.execPath, echo]);
    const { steering } = adapter;
    const { command, stdinFile = "/dev/null" } = adapter.launch(
      aLaunchRequest({ prompt, promptFile }),
    );
    if (steering) await writeFile(inbox, steering.message(prompt, "k3f9-1"));
    const [executable = "", ...args] = command;
    const { stdout } = await execa(executable, args, {
      stdin: { file: steering ? inbox : stdinFile },
      stripFinalNewline: false,
    });
    return steering
      ? (textsIn(JSON.parse(stdout)).find((text) => text === prompt) ?? stdout)
      : stdout;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Every text in a line of JSON: where the prompt is, is its CLI's own. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}
