/** What each node depends on. */
export type Graph = ReadonlyMap<string, readonly string[]>;

/** One cycle of the graph, first node repeated at its end, or `undefined` when there is none. */
export function findCycle(graph: Graph): readonly string[] | undefined {
  const finished = new Set<string>();
  for (const start of graph.keys()) {
    const cycle = walk(graph, start, finished);
    if (cycle) return cycle;
  }
  return undefined;
}

// An explicit stack, because a chain of 50,000 tasks would overflow the call stack.
function walk(graph: Graph, start: string, finished: Set<string>): string[] | undefined {
  const path: { node: string; next: number }[] = [];
  const onPath = new Set<string>();
  const enter = (node: string): void => {
    path.push({ node, next: 0 });
    onPath.add(node);
  };
  if (!finished.has(start)) enter(start);

  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const child = graph.get(top.node)?.[top.next++];
    if (child === undefined) {
      path.pop();
      onPath.delete(top.node);
      finished.add(top.node);
    } else if (onPath.has(child)) {
      const nodes = path.map((step) => step.node);
      return [...nodes.slice(nodes.indexOf(child)), child];
    } else if (!finished.has(child)) {
      enter(child);
    }
  }
  return undefined;
}

/** The nodes with every dependency before its dependents; the graph must hold no cycle. */
export function inDependencyOrder(graph: Graph): string[] {
  const order = new Set<string>();
  for (const start of graph.keys()) {
    const stack = [start];
    for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
      const waiting = (graph.get(node) ?? []).filter((child) => !order.has(child));
      if (waiting.length === 0) {
        order.add(node);
        stack.pop();
      } else {
        // One by one: a call takes only so many arguments.
        for (const child of waiting) stack.push(child);
      }
    }
  }
  return [...order];
}

/** The chain of dependencies that takes longest, first to last, by the weight of each node. */
export function criticalPath(graph: Graph, weightOf: (node: string) => number): string[] {
  const longest = new Map<string, { length: number; via: string | undefined }>();
  let last: string | undefined;
  for (const node of inDependencyOrder(graph)) {
    const via = maxBy(graph.get(node) ?? [], (child) => longest.get(child)?.length ?? 0);
    const before = via === undefined ? 0 : (longest.get(via)?.length ?? 0);
    longest.set(node, { length: before + weightOf(node), via });
    if (last === undefined || before + weightOf(node) > (longest.get(last)?.length ?? 0)) {
      last = node;
    }
  }

  const path: string[] = [];
  for (let node = last; node !== undefined; node = longest.get(node)?.via) path.unshift(node);
  return path;
}

function maxBy(items: readonly string[], valueOf: (item: string) => number): string | undefined {
  return items.reduce<string | undefined>(
    (best, item) => (best === undefined || valueOf(item) > valueOf(best) ? item : best),
    undefined,
  );
}
