import { constant, assert, integer, property, uniqueArray } from "fast-check";
import { describe, expect, test } from "vitest";
import { criticalPath, findCycle, inDependencyOrder, type Graph } from "./graph.ts";

const CHAIN: Graph = new Map(
  Array.from({ length: 50_000 }, (_, index) => [
    `t${index}`,
    index === 49_999 ? [] : [`t${index + 1}`],
  ]),
);

describe("a cycle", () => {
  test.each<[string, Record<string, string[]>, string | undefined]>([
    ["nothing", {}, undefined],
    ["a chain", { c: ["b"], b: ["a"], a: [] }, undefined],
    ["a diamond", { d: ["b", "c"], b: ["a"], c: ["a"], a: [] }, undefined],
    ["a node that waits for what is not in it", { a: ["elsewhere"] }, undefined],
    ["a node that waits for itself", { a: ["a"] }, "a a"],
    ["two that wait for each other", { a: ["b"], b: ["a"] }, "a b a"],
    ["a tail that leads into a circle", { x: ["y"], y: ["a"], a: ["b"], b: ["a"] }, "a b a"],
    ["a circle behind a diamond", { d: ["b", "c"], b: ["a"], c: ["a"], a: ["d"] }, "d b a d"],
  ])("in %s is found if there is one, and named from end to end", (_name, edges, expected) => {
    expect(findCycle(new Map(Object.entries(edges)))?.join(" ")).toBe(expected);
  });

  test("of 50,000 nodes is found without running out of stack", () => {
    expect(findCycle(CHAIN)).toBeUndefined();
    expect(findCycle(new Map([...CHAIN, ["t49999", ["t0"]]]))).toHaveLength(50_001);
  });

  test("is found wherever an edge closes it", () => {
    const aGraph = integer({ min: 2, max: 12 }).chain((size) =>
      uniqueArray(integer({ min: 0, max: size * size - 1 }), { maxLength: size * 2 }).map((edges) =>
        graphOf(size, edges),
      ),
    );
    assert(
      property(aGraph, (graph) => {
        const cycle = findCycle(graph);
        expect(cycle ? isCycle(graph, cycle) : isInOrder(graph, inDependencyOrder(graph))).toBe(
          true,
        );
      }),
    );
  });
});

describe("dependency order", () => {
  test("puts every dependency before its dependents", () => {
    const graph = new Map([
      ["d", ["b", "c"]],
      ["c", ["a"]],
      ["b", ["a"]],
      ["a", []],
    ]);
    expect(isInOrder(graph, inDependencyOrder(graph))).toBe(true);
  });

  test("copes with 50,000 in a chain, and with as many that one waits for", () => {
    expect(inDependencyOrder(CHAIN).slice(0, 2)).toEqual(["t49999", "t49998"]);
    const wide = new Map([["all", Array.from({ length: 200_000 }, (_, index) => `w${index}`)]]);
    expect(inDependencyOrder(wide).at(-1)).toBe("all");
  });
});

describe("the critical path", () => {
  const graph = new Map([
    ["end", ["short", "long"]],
    ["short", ["start"]],
    ["long", ["middle"]],
    ["middle", ["start"]],
    ["start", []],
    ["apart", []],
  ]);

  test("is the longest chain, first to last", () => {
    expect(criticalPath(graph, () => 1)).toEqual(["start", "middle", "long", "end"]);
  });

  test("is found by weight, not by number", () => {
    const weights: Record<string, number> = { short: 10 };
    expect(criticalPath(graph, (node) => weights[node] ?? 1)).toEqual(["start", "short", "end"]);
    expect(criticalPath(graph, (node) => (node === "apart" ? 99 : 1))).toEqual(["apart"]);
  });

  test("of nothing is empty, and of 50,000 in a chain is the chain", () => {
    expect(criticalPath(new Map(), () => 1)).toEqual([]);
    expect(criticalPath(CHAIN, () => 1)).toHaveLength(50_000);
  });

  test("is as heavy as the heaviest of all chains", () => {
    const someEdges = uniqueArray(integer({ min: 0, max: 48 }), { maxLength: 14 });
    assert(
      property(someEdges, constant(7), (edges, size) => {
        // Edges from later nodes to earlier ones only, so that there is no cycle.
        const given = graphOf(
          size,
          edges.filter((edge) => Math.floor(edge / size) > edge % size),
        );
        const path = criticalPath(given, weightOf);
        expect(sum(path)).toBe(Math.max(...[...given.keys()].map((node) => heaviest(given, node))));
      }),
    );
  });
});

/** Edge `n` leads from node `n / size` to node `n % size`. */
function graphOf(size: number, edges: readonly number[]): Graph {
  const graph = new Map(Array.from({ length: size }, (_, node) => [`n${node}`, [] as string[]]));
  for (const edge of edges) graph.get(`n${Math.floor(edge / size)}`)?.push(`n${edge % size}`);
  return graph;
}

function isCycle(graph: Graph, cycle: readonly string[]): boolean {
  const edges = cycle.slice(0, -1).map((node, index) => [node, cycle[index + 1] ?? ""] as const);
  const isClosed = cycle.length > 1 && cycle[0] === cycle.at(-1);
  return isClosed && edges.every(([node, next]) => graph.get(node)?.includes(next));
}

function isInOrder(graph: Graph, order: readonly string[]): boolean {
  return (
    order.length === graph.size &&
    [...graph].every(([node, dependencies]) =>
      dependencies.every((one) => order.includes(one) && order.indexOf(one) < order.indexOf(node)),
    )
  );
}

function weightOf(node: string): number {
  return node.length + Number(node.slice(1));
}

function sum(path: readonly string[]): number {
  return path.reduce((total, node) => total + weightOf(node), 0);
}

function heaviest(graph: Graph, node: string): number {
  const before = (graph.get(node) ?? []).map((one) => heaviest(graph, one));
  return weightOf(node) + Math.max(0, ...before);
}
