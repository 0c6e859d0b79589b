import { statSync } from "node:fs";
import { openFilesReader } from "../../src/store/files/files-store.ts";
import { openSqliteReader } from "../../src/store/sqlite/sqlite-store.ts";
import type { StoreReader } from "../../src/store/store.ts";
import type { ChaosProject } from "./project.ts";

/** Where the blackboard is may differ, and stands in there. */
const OWN_CONFIG = /^.*\torchestra\.yaml$/m;

/** More than any queue here has. */
export const ROWS_MAX = 100_000;

/** What a queue has come to: the same, whoever was killed on the way. */
export type Outcome = {
  readonly states: Readonly<Record<string, string>>;
  /** The target branch's files, as git names them. */
  readonly tree: string;
  /** What accepted work holds that stays on a branch of its own. */
  readonly unmerged: Readonly<Record<string, string>>;
};

export async function outcomeOf(project: ChaosProject): Promise<Outcome> {
  await using store = openReader(project);
  const tasks = await store.tasks({ limit: ROWS_MAX });
  const apart = tasks.filter((task) => task.state === "complete" && !task.merges);
  const unmerged = apart.map(({ id, commit }) => {
    const file = `${commit ?? ""}:work/${id}.txt`;
    return [id, project.git("show", file)] as const;
  });
  return {
    states: Object.fromEntries(tasks.map(({ id, state }) => [id, state])),
    tree: project.git("ls-tree", "main").replace(OWN_CONFIG, ""),
    unmerged: Object.fromEntries(unmerged),
  };
}

export function openReader({ blackboard }: ChaosProject): StoreReader & AsyncDisposable {
  const isFolder = statSync(blackboard).isDirectory();
  const store = isFolder ? openFilesReader(blackboard) : openSqliteReader(blackboard);
  if (!store) throw new Error(`There is no blackboard ${blackboard}.`);
  return { ...store, [Symbol.asyncDispose]: async () => store.close() };
}
