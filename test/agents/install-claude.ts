import { join } from "node:path";
import { installPackages } from "../install-package.ts";

/** The version that every measured fact in this folder is about. */
export const CLAUDE_VERSION = "2.1.329";

const PACKAGE = "@anthropic-ai/claude-code";

/** Installs Claude Code from npm, once, into a cache outside the repository; returns its executable. */
export async function installClaude(): Promise<string> {
  const folder = await installPackages({
    name: "claude-code",
    versions: { [PACKAGE]: CLAUDE_VERSION },
    allowScripts: [PACKAGE],
  });
  return join(folder, "node_modules/.bin/claude");
}
