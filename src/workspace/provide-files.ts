import { existsSync, lstatSync, realpathSync, type Stats } from "node:fs";
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
import { dirname, isAbsolute, join, relative, sep } from "node:path";
import { errnoOf } from "../core/errno.ts";
import { OrchestraError } from "../core/errors.ts";
import { entryAt } from "./entry-at.ts";
import { pathsOf } from "./refs.ts";
import type { WorkspaceConfig } from "./worktrees-deps.ts";

const INCLUDE_FILE = ".worktreeinclude";
/** Git's folder, and our own, which no pattern brings into a workspace. */
const NEVER = [".git", ".orchestra"];

/** One file to copy or one path to link; `name` is relative to the project and the workspace. */
export type Provision = { readonly how: "copy" | "link"; readonly name: string };

/**
 * What is to be put into the workspace at `path` because git does not carry it: what
 * `.worktreeinclude`, `copy` and `link` name, and the workspace has room for and does not have.
 * Throws `INVALID_CONFIG` for a path that leads out of the project.
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
  const wanted: Provision[] = [
    ...[...copies].map((name) => ({ how: "copy" as const, name })),
    ...[...links].map((name) => ({ how: "link" as const, name })),
  ];
  const [project, workspace] = [await realpath(repositoryRoot), await realpath(path)];
  return wanted.filter(({ name }) => {
    const target = join(workspace, name);
    if (!isFolderWithin(workspace, dirname(target)) || entryAt(target)) return false;
    return isOfProject(project, name);
  });
}

/** Whether there is something of that name; refused when it is reached by a link that leads out. */
function isOfProject(project: string, name: string): boolean {
  const source = join(project, name);
  // Gone meanwhile, or a link to nothing.
  if (!existsSync(source)) return false;
  if (isWithin(project, realpathSync.native(source))) return true;
  const advice = "It is a link that leads out of the project. Name what it points to instead.";
  throw escape(name, advice);
}

/** Whether files can be put there: no file is in the way, and no link that leads elsewhere. */
function isFolderWithin(workspace: string, path: string): boolean {
  if (!entryAt(path)) return isFolderWithin(workspace, dirname(path));
  // A link to nothing has no real path.
  const real = existsSync(path) ? realpathSync.native(path) : "";
  return isWithin(workspace, real) && lstatSync(real).isDirectory();
}

/** Carries out a plan; a path that has come to be since is left as it is. */
export async function provide(
  repositoryRoot: string,
  path: string,
  plan: readonly Provision[],
): Promise<void> {
  const folders = new Set(plan.map(({ name }) => dirname(join(path, name))));
  for (const folder of folders) await mkdir(folder, { recursive: true });
  for (const { how, name } of plan) {
    const [source, target] = [join(repositoryRoot, name), join(path, name)];
    try {
      await (how === "link" ? symlink(source, target) : copy(source, target));
    } catch (error) {
      if (errnoOf(error) !== "EEXIST") throw error;
    }
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
  if (!stats.isDirectory()) return isFile(stats) ? [name] : [];
  const entries = await readdir(join(root, name), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => isFile(entry))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

function isFile(entry: Pick<Stats, "isFile" | "isSymbolicLink">): boolean {
  return entry.isFile() || entry.isSymbolicLink();
}

async function copy(source: string, target: string): Promise<void> {
  const stats = await lstat(source);
  if (stats.isSymbolicLink()) await symlink(await readlink(source), target);
  else await copyFile(source, target, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
}

function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder + sep);
}

function escape(name: string, advice: string): OrchestraError {
  const message = `Putting ${JSON.stringify(name)} into a workspace: it is outside the project. ${advice}`;
  return new OrchestraError("INVALID_CONFIG", message);
}
