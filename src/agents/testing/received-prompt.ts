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
    await Promise.all([writeFile(promptFile, prompt), writeFile(echo, ECHO)]);
    const adapter = create([process.execPath, echo]);
    const { command, stdinFile = "/dev/null" } = adapter.launch(
      aLaunchRequest({ prompt, promptFile }),
    );
    const [executable = "", ...args] = command;
    const { stdout } = await execa(executable, args, {
      stdin: { file: stdinFile },
      stripFinalNewline: false,
    });
    return stdout;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
