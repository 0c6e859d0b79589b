import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { COLLECT, request } from "./testing/requests.ts";
import { createTestRepository, NEVER, type TestRepository } from "./testing/test-repository.ts";

/** The next time that git writes this file, it is killed after it has removed what was there. */
const FRAGILE = "fragile.txt";

async function repositoryWithFragileFile() {
  const repository = await createTestRepository();
  const armed = join(repository.folder, "armed");
  const filter = `if rm '${armed}' 2> /dev/null; then kill -KILL $PPID; fi; cat`;
  await repository.git(["config", "filter.fragile.smudge", filter]);
  await repository.commit(
    { ".gitattributes": `${FRAGILE} filter=fragile\n`, [FRAGILE]: "as it was\n" },
    "A fragile file",
  );
  return { ...repository, killNextCheckOut: async () => writeFile(armed, "") };
}

async function shown({ git }: TestRepository, commit: string): Promise<string> {
  return git(["show", `${commit}:${FRAGILE}`]);
}

test("a file that a killed check-out has removed stays in the work that was collected", async () => {
  await using repository = await repositoryWithFragileFile();
  const workspaces = repository.workspaces();
  const workspace = await workspaces.prepare(request(1), NEVER);
  await repository.write(FRAGILE, "the work\n", workspace.path);
  await repository.killNextCheckOut();
  await expect(workspaces.collect(workspace, COLLECT)).rejects.toThrow(/SIGKILL/);

  const work = await workspaces.collect(workspace, COLLECT);
  expect(await shown(repository, work.commit)).toBe("the work");
  expect(await repository.git(["status", "--porcelain"], workspace.path)).toBe("");
});

test("a killed move to the next attempt's branch changes nothing of the work before", async () => {
  await using repository = await repositoryWithFragileFile();
  const workspaces = repository.workspaces();
  const first = await workspaces.prepare(request(1), NEVER);
  await repository.commit({ [FRAGILE]: "the work\n" }, "Work", first.path);
  const { commit } = await workspaces.collect(first, COLLECT);
  const fromTheStart = { ...request(2), previousBranch: undefined };
  await repository.killNextCheckOut();
  await expect(workspaces.prepare(fromTheStart, NEVER)).rejects.toThrow(/SIGKILL/);

  await workspaces.prepare(fromTheStart, NEVER);
  expect(await workspaces.branchCommit(first.branch)).toBe(commit);
  expect(await shown(repository, "orchestra/t1-work/2")).toBe("as it was");
});

test("what somebody did after a killed check-out is kept under a rescue ref", async () => {
  await using repository = await repositoryWithFragileFile();
  const workspaces = repository.workspaces();
  const workspace = await workspaces.prepare(request(1), NEVER);
  await repository.write(FRAGILE, "the work\n", workspace.path);
  await repository.killNextCheckOut();
  await expect(workspaces.collect(workspace, COLLECT)).rejects.toThrow(/SIGKILL/);
  await repository.write("later.txt", "looked at it\n", workspace.path);

  await workspaces.collect(workspace, COLLECT);
  const kept = await repository.git(["for-each-ref", "--format=%(refname)", "refs/orchestra/"]);
  expect(await repository.git(["show", `${kept.split("\n").at(-1)}:later.txt`])).toBe(
    "looked at it",
  );
});
