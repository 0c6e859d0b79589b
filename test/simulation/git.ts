/** A repository as far as Orchestra can see one: commits, branches, rescue refs. */
export type Repository = {
  readonly commits: Map<string, Commit>;
  readonly branches: Map<string, string>;
  readonly rescued: Map<string, string>;
};

export type Tree = ReadonlyMap<string, string>;

export type Commit = {
  readonly id: string;
  readonly tree: Tree;
  /** Itself and everything before it. */
  readonly history: ReadonlySet<string>;
  /** Whether an agent's work is in it that is in no commit before. */
  readonly isWork: boolean;
};

export type Merged =
  | { readonly kind: "merged"; readonly tree: Tree }
  | { readonly kind: "conflict"; readonly files: readonly string[] };

export function createRepository(): Repository {
  const repository = { commits: new Map(), branches: new Map(), rescued: new Map() };
  repository.branches.set("main", addCommit(repository, [], new Map([["README", "hello"]])).id);
  return repository;
}

export function addCommit(
  repository: Repository,
  parents: readonly string[],
  tree: Tree,
  isWork = true,
): Commit {
  const id = `c${repository.commits.size + 1}`;
  const history = new Set(parents.flatMap((parent) => [...commitOf(repository, parent).history]));
  const commit = { id, tree, history: history.add(id), isWork };
  repository.commits.set(id, commit);
  return commit;
}

export function commitOf({ commits }: Repository, id: string): Commit {
  const commit = commits.get(id);
  if (!commit) throw new Error(`There is no commit ${JSON.stringify(id)}.`);
  return commit;
}

export function isAncestor(repository: Repository, ancestor: string, descendant: string): boolean {
  return commitOf(repository, descendant).history.has(ancestor);
}

/** The latest commit that both have; every history here begins with the same one. */
export function mergeBase(repository: Repository, a: string, b: string): Commit {
  const others = commitOf(repository, b).history;
  const common = [...commitOf(repository, a).history].filter((id) => others.has(id));
  const sizeOf = (id: string): number => commitOf(repository, id).history.size;
  return commitOf(repository, common.toSorted((x, y) => sizeOf(y) - sizeOf(x))[0] ?? "");
}

export function mergeTrees(repository: Repository, ours: string, theirs: string): Merged {
  const [our, their] = [commitOf(repository, ours).tree, commitOf(repository, theirs).tree];
  const base = mergeBase(repository, ours, theirs).tree;
  const tree = new Map(our);
  const files: string[] = [];
  for (const [file, content] of their) {
    if (content === base.get(file) || content === our.get(file)) continue;
    if (our.get(file) !== base.get(file)) files.push(file);
    tree.set(file, content);
  }
  return files.length > 0 ? { kind: "conflict", files } : { kind: "merged", tree };
}

export function isSameTree(a: Tree, b: Tree): boolean {
  return a.size === b.size && [...a].every(([file, content]) => b.get(file) === content);
}

/** Work that no branch and no rescue ref leads to. */
export function unreachable(repository: Repository): readonly string[] {
  const reached = new Set<string>();
  for (const tip of [...repository.branches.values(), ...repository.rescued.values()]) {
    for (const id of commitOf(repository, tip).history) reached.add(id);
  }
  return [...repository.commits.values()].flatMap(({ id, isWork }) =>
    isWork && !reached.has(id) ? [id] : [],
  );
}
