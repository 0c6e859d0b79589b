import { expect, test } from "vitest";
import { readEnvironment } from "./environment.ts";
import { worktreesRoot } from "./worktrees-root.ts";

const ROOT = "/code/shop";

function rootFor(variables: Record<string, string>, configured?: string): string {
  const environment = { ...readEnvironment(variables), home: "/home/ada" };
  return worktreesRoot(ROOT, environment, configured);
}

test.each([
  [{}, undefined, "/home/ada/.local/share/orchestra/worktrees"],
  [{ XDG_DATA_HOME: "/data" }, undefined, "/data/orchestra/worktrees"],
  [{ XDG_DATA_HOME: "relative" }, undefined, "/home/ada/.local/share/orchestra/worktrees"],
  [{ ORCHESTRA_HOME: "/big", XDG_DATA_HOME: "/data" }, undefined, "/big/worktrees"],
  [{ ORCHESTRA_HOME: "" }, undefined, "/home/ada/.local/share/orchestra/worktrees"],
  [{ ORCHESTRA_HOME: "/big" }, "../trees", "/code/trees"],
  [{}, "/mnt/trees", "/mnt/trees"],
  [{}, "../..shop", "/code/..shop"],
  [{}, "..", "/code"],
])("with %j and the setting %s, worktrees are in a folder of %s", (variables, setting, folder) => {
  expect(rootFor(variables, setting)).toMatch(new RegExp(`^${folder}/shop-[0-9a-f]{8}$`));
});

test("two projects of one name do not share a folder", () => {
  const environment = readEnvironment({});
  const [one, other] = ["/a/shop", "/b/shop"].map((root) =>
    worktreesRoot(root, environment, "/mnt/trees"),
  );
  expect(one).not.toBe(other);
});

test.each(["trees", ".", "../shop/trees", "..trees", "/code/shop/.git"])(
  "%s, inside the repository, is refused",
  (configured) => {
    expect(() => rootFor({}, configured)).toThrow(/inside the repository/);
  },
);

test("a data folder that counts from the current one is refused", () => {
  expect(() => rootFor({ ORCHESTRA_HOME: "big" })).toThrow(/"big".*Set it to a whole one/);
});
