import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";

/** The version that every measured fact in this folder is about. */
export const CLAUDE_VERSION = "2.1.329";
const INSTALL_TIMEOUT_MS = 5 * 60_000;

/** The folder of Node 24, first on the PATH of what is started in these tests. */
export const NODE_FOLDER = dirname(process.execPath);

/** Installs Claude Code from npm, once, into a cache outside the repository; returns its executable. */
export async function installClaude(): Promise<string> {
  const caches = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  const folder = join(caches, "orchestra-agents", `claude-code-${CLAUDE_VERSION}`);
  const executable = join(folder, "node_modules/.bin/claude");
  if (existsSync(executable)) return executable;

  // Installed beside, then renamed: a broken-off install is never taken for a whole one.
  await mkdir(dirname(folder), { recursive: true });
  const fresh = await mkdtemp(`${folder}-`);
  const scripts = { "@anthropic-ai/claude-code": true };
  await writeFile(
    join(fresh, "package.json"),
    JSON.stringify({ private: true, allowScripts: scripts }),
  );
  const args = ["install", "--no-fund", "--no-audit", "--loglevel=error"];
  await promisify(execFile)("npm", [...args, `@anthropic-ai/claude-code@${CLAUDE_VERSION}`], {
    cwd: fresh,
    env: { ...process.env, PATH: `${NODE_FOLDER}:${process.env["PATH"] ?? ""}` },
    timeout: INSTALL_TIMEOUT_MS,
  });
  await rename(fresh, folder).catch(async (error: unknown) => {
    await rm(fresh, { recursive: true, force: true });
    if (!existsSync(executable)) throw error;
  });
  return resolve(executable);
}
