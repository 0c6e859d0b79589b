import { existsSync, lstatSync } from "node:fs";
import {
  constants,
  copyFile,
  glob,
  lstat,
  mkdir,
  readdir,
  readlink,
  realpath,
  symlink,
} from "node:fs/promises";
import { dirname, isAbsolute, join, sep } from "node:path";
import { OrchestraError } from "../core/errors.ts";
import { pathsOf } from "./refs.ts";
import type { WorkspaceConfig } from "./worktrees-deps.ts";

const INCLUDE_FILE = ".worktreeinclude";
/** Git's folder, and our own, which no pattern brings into a workspace. */
const NEVER = [".git", ".orchestra"];

/** One file to copy or one path to link; `name` is relative to the project and the workspace. */
export type Provision = { readonly how: "copy" | "link"; readonly name: string };

/**
 * What is to be put into the workspace at `path` because git does not carry it: what
 * `.worktreeinclude`, `copy` and `link` name, and the workspace does not have. Throws
 * `INVALID_CONFIG` for a path that leads out of the project or of the workspace.
 */
export async function planProvisions(
  repositoryRoot: string,
  path: string,
  config: Pick<WorkspaceConfig, "copy" | "link">,
): Promise<Provision[]> {
  const named = await globbed(repositoryRoot, config.copy);
  const files = await Promise.all(named.map(async (name) => filesUnder(repositoryRoot, name)));
  const copies = new Set([...(await included(repositoryRoot)), ...files.flat()]);
  const links = new Set(await globbed(repositoryRoot, config.link));
  const plan: Provision[] = [
    ...[...copies].map((name) => ({ how: "copy" as const, name })),
    ...[...links].map((name) => ({ how: "link" as const, name })),
  ];
  const missing = plan.filter(({ name }) => isMissing(join(path, name)));
  for (const { name } of missing) await refuseEscape(repositoryRoot, path, name);
  return missing;
}

/** Carries out a plan; a path that has come to be since is left as it is. */
export async function provide(
  repositoryRoot: string,
  path: string,
  plan: readonly Provision[],
): Promise<void> {
  for (const { how, name } of plan) {
    const [source, target] = [join(repositoryRoot, name), join(path, name)];
    await mkdir(dirname(target), { recursive: true });
    if (how === "link") await symlink(source, target);
    else await copy(source, target);
  }
}

/** Files that git does not track and that match `.worktreeinclude`. */
async function included(repositoryRoot: string): Promise<string[]> {
  if (!existsSync(join(repositoryRoot, INCLUDE_FILE))) return [];
  // Not `--directory`: it names whole folders of which only one file matches.
  const args = ["ls-files", "-z", "--others", "--ignored", `--exclude-from=${INCLUDE_FILE}`];
  const paths = await pathsOf(args, { cwd: repositoryRoot });
  return paths.filter((path) => !path.endsWith("/") && isOurs(path));
}

async function globbed(repositoryRoot: string, patterns: readonly string[]): Promise<string[]> {
  const names: string[] = [];
  for (const pattern of patterns) {
    const isRooted = isAbsolute(pattern) || pattern.split(/[/\\]/).includes("..");
    if (isRooted || pattern === "") throw escape(pattern, "Name it relative to the project.");
    if (existsSync(join(repositoryRoot, pattern))) names.push(pattern.replace(/^\.\/|\/+$/g, ""));
    else for await (const name of glob(pattern, { cwd: repositoryRoot })) names.push(name);
  }
  return names.filter((name) => isOurs(name));
}

function isOurs(name: string): boolean {
  return name !== "." && !NEVER.includes(name.split(sep)[0] ?? "");
}

/** A file by its name, a folder by all files in it. */
async function filesUnder(root: string, name: string): Promise<string[]> {
  const stats = await lstat(join(root, name));
  if (stats.isFile() || stats.isSymbolicLink()) return [name];
  if (!stats.isDirectory()) return [];
  const entries = await readdir(join(root, name));
  const files = await Promise.all(
    entries.map(async (entry) => filesUnder(root, join(name, entry))),
  );
  return files.flat();
}

function isMissing(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) === undefined;
}

async function copy(source: string, target: string): Promise<void> {
  const stats = await lstat(source);
  if (stats.isSymbolicLink()) await symlink(await readlink(source), target);
  else await copyFile(source, target, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
}

/** Both ends must be where their names say, whatever links lie between. */
async function refuseEscape(repositoryRoot: string, path: string, name: string): Promise<void> {
  const source = await realpath(join(repositoryRoot, name));
  if (!isWithin(await realpath(repositoryRoot), source)) {
    throw escape(
      name,
      "It is a link that leads out of the project. Name what it points to instead.",
    );
  }
  const target = await realpath(nearestFolder(dirname(join(path, name))));
  if (!isWithin(await realpath(path), target)) {
    throw escape(name, "In the workspace, it lies behind a link that leads out of it.");
  }
}

function nearestFolder(path: string): string {
  return existsSync(path) ? path : nearestFolder(dirname(path));
}

function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder + sep);
}

function escape(name: string, advice: string): OrchestraError {
  const message = `Putting ${JSON.stringify(name)} into a workspace: it is outside the project. ${advice}`;
  return new OrchestraError("INVALID_CONFIG", message);
}
