import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const INSTALL_TIMEOUT_MS = 5 * 60_000;

/** The folder of Node 24, first on the PATH of what is started in tests. */
export const NODE_FOLDER = dirname(process.execPath);

/**
 * Packages of exact versions, as in `{ "bullmq": "6.7.0" }`; those whose install scripts may run; and
 * whether what is optional for them is left out.
 */
export type Packages = {
  readonly name: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly allowScripts?: readonly string[];
  readonly isBare?: boolean;
};

/**
 * Installs packages from npm, once, into a cache outside the repository, for tests and benchmarks
 * that need what users of Orchestra do not. Returns the folder that holds `node_modules`.
 */
export async function installPackages({
  name,
  versions,
  allowScripts = [],
  isBare = false,
}: Packages): Promise<string> {
  const caches = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  const [version = ""] = Object.values(versions);
  const folder = join(caches, "orchestra-packages", `${name}-${version}`);
  if (existsSync(folder)) return folder;

  // Installed beside, then renamed: a broken-off install is never taken for a whole one.
  await mkdir(dirname(folder), { recursive: true });
  const fresh = await mkdtemp(`${folder}-`);
  const scripts = Object.fromEntries(allowScripts.map((allowed) => [allowed, true]));
  await writeFile(
    join(fresh, "package.json"),
    JSON.stringify({ private: true, allowScripts: scripts }),
  );
  const wanted = Object.entries(versions).map(([one, exact]) => `${one}@${exact}`);
  await promisify(execFile)(
    "npm",
    [
      "install",
      "--no-fund",
      "--no-audit",
      "--loglevel=error",
      ...(isBare ? ["--omit=optional"] : []),
      ...wanted,
    ],
    {
      cwd: fresh,
      env: { ...process.env, PATH: `${NODE_FOLDER}:${process.env["PATH"] ?? ""}` },
      timeout: INSTALL_TIMEOUT_MS,
    },
  );
  await rename(fresh, folder).catch(async (error: unknown) => {
    await rm(fresh, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  });
  return folder;
}
