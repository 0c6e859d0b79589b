import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { openReader, ROWS_MAX } from "./outcome.ts";
import { WARM_MAX, type ChaosProject } from "./project.ts";

/** Litter, damage, and work of agents that is not to be found any more. */
export async function wrongsOfRepository(project: ChaosProject): Promise<string[]> {
  return [
    ...(await wrongsOfBranches(project)),
    ...wrongsOfFiles(project),
    ...wrongsOfObjects(project),
    ...lostWork(project),
  ];
}

/** What stays is documented: who waits for a person keeps workspace and branch, unmerged work its branch. */
async function wrongsOfBranches(project: ChaosProject): Promise<string[]> {
  await using store = openReader(project);
  const tasks = await store.tasks({ limit: ROWS_MAX });
  const waiting = tasks.filter((task) => task.state === "waiting_human").map(({ id }) => id);
  const unmerged = tasks.filter((task) => task.state === "complete" && !task.merges);
  const mayHaveBranch = new Set([...waiting, ...unmerged.map(({ id }) => id)]);

  const worktrees = project
    .git("worktree", "list", "--porcelain")
    .split("\n")
    .filter((line) => line.startsWith("worktree "))
    .map((line) => line.slice("worktree ".length))
    .filter((path) => path !== project.root);
  const warm = worktrees.filter(isWarm);
  const taken = worktrees.filter((path) => !isWarm(path));
  const folder = join(project.scratch, "orchestra/worktrees");
  // A queue that had ended before it was restored elsewhere has had no agent there.
  const projects = existsSync(folder) ? readdirSync(folder) : [];
  const folders = projects.flatMap((name) => readdirSync(join(folder, name)));
  const mayHaveFolder = new Set([...waiting, ".merge", ".warm"]);
  const names = new Set([...taken.map((path) => basename(path)), ...folders]);
  const strayFolders = [...names].filter((name) => !mayHaveFolder.has(name));

  const format = "--format=%(refname:lstrip=3)";
  const branches = project.git("for-each-ref", format, "refs/heads/orchestra/").split("\n");
  const strayBranches = branches.filter(
    (branch) => branch !== "" && !mayHaveBranch.has(branch.split("-")[0] ?? ""),
  );
  return [
    ...strayFolders.map((name) => `The worktree ${name} was left.`),
    ...strayBranches.map((branch) => `The branch orchestra/${branch} was left.`),
    ...(warm.length > WARM_MAX ? [`${warm.length} worktrees are kept for next tasks.`] : []),
    ...warm.filter((path) => !isUntouched(project, path)).map((path) => `${path} is not clean.`),
  ];
}

function isWarm(path: string): boolean {
  return basename(dirname(path)) === ".warm";
}

/** Nothing of the task before is in a worktree that is kept for the next one. */
function isUntouched(project: ChaosProject, path: string): boolean {
  return project.git("-C", path, "status", "--porcelain", "--ignored") === "";
}

/** The person's own check-out follows the target branch, and nobody holds a lock. */
function wrongsOfFiles(project: ChaosProject): string[] {
  const changed = project.git("status", "--porcelain").split("\n").filter(Boolean);
  const git = join(project.root, ".git");
  const files = readdirSync(git, { recursive: true, encoding: "utf8" });
  const locks = files.filter((name) => name.endsWith(".lock"));
  return [
    ...changed.map((line) => `The check-out is not clean: ${line}`),
    ...locks.map((name) => `The lock .git/${name} was left.`),
  ];
}

function wrongsOfObjects(project: ChaosProject): string[] {
  try {
    project.git("fsck", "--no-dangling", "--no-progress");
    return [];
  } catch (error) {
    return [`Git finds damage: ${String(error)}`];
  }
}

/** Commits of agents, and notes that they had not come to replace, that no branch or ref leads to. */
function lostWork(project: ChaosProject): string[] {
  const log = join(project.scratch, "home/agents.log");
  const told = (existsSync(log) ? readFileSync(log, "utf8") : "")
    .split("\n")
    .map((line) => line.split(" "));
  const replaced = new Set(
    told.filter(([verb]) => verb === "replaced").map(([, attempt]) => attempt),
  );
  const claims = told.filter(
    ([verb, attempt]) => verb === "commit" || (verb === "note" && !replaced.has(attempt)),
  );
  const objects = project.git("rev-list", "--objects", "--all").split("\n");
  const reachable = new Set(objects.map((line) => line.split(" ")[0]));
  const lost = claims.filter(([, , id]) => !reachable.has(id));
  const begun = told.filter(([verb]) => verb === "start").map(([, attempt]) => attempt);
  const twice = begun.filter((attempt, index) => begun.indexOf(attempt) !== index);
  return [
    ...lost.map(([verb, attempt, id]) => `The ${verb} ${id} of ${attempt} cannot be reached.`),
    ...twice.map((attempt) => `The agent of ${attempt} was started twice.`),
  ];
}
