import { expect, test } from "vitest";
import { around, taskGraph, unfinished, type LinkedTask } from "./dependencies.ts";
import { drawDot, drawMermaid, drawText } from "./graph-drawing.ts";

function aLink(id: string, dependsOn: string[] = [], given: Partial<LinkedTask> = {}): LinkedTask {
  return { id, title: `Do ${id}`, state: "planned", dependsOn, ...given };
}

const DIAMOND = taskGraph([
  aLink("a", [], { state: "complete" }),
  aLink("b", ["a"]),
  aLink("c", ["a"], { title: 'Say "hi" \\ <b>' }),
  aLink("d", ["b", "c"]),
]);

function textOf(graph: typeof DIAMOND): string[] {
  return [...drawText(graph, ({ id }, isRepeated) => (isRepeated ? `${id}!` : id)).lines];
}

test("a tree grows from what waits for nothing, and names again what it has drawn", () => {
  expect(textOf(DIAMOND)).toEqual(["a", "├─ b", "│  └─ d", "└─ c", "   └─ d!"]);
});

test("what waits in a circle is drawn, too, and ends", () => {
  const circle = taskGraph([aLink("a", ["b"]), aLink("b", ["a"]), aLink("c", ["b"])]);
  expect(textOf(circle)).toEqual(["a", "└─ b", "   ├─ a!", "   └─ c"]);
});

test("a very long chain and a very long list are cut, and say so", () => {
  const ids = Array.from({ length: 50_000 }, (_, index) => `t${index}`);
  const list = drawText(taskGraph(ids.map((id) => aLink(id))), ({ id }) => id);
  expect(list).toMatchObject({ isCut: true });
  expect(list.lines).toHaveLength(1_000);
  const chain = taskGraph(ids.map((id, index) => aLink(id, index === 0 ? [] : [`t${index - 1}`])));
  expect(textOf(chain).some((line) => line.trim() === "└─ …")).toBe(true);
});

test("Graphviz gets every task and every edge, whatever is in a title", () => {
  expect(drawDot(DIAMOND)).toBe(`digraph tasks {
  rankdir=LR;
  node [shape=box, style="rounded,filled"];
  "a" [label="a\\nDo a\\ncomplete", fillcolor="#d3f9d8"];
  "b" [label="b\\nDo b\\nplanned", fillcolor="#eeeeee"];
  "c" [label="c\\nSay \\"hi\\" \\\\ <b>\\nplanned", fillcolor="#eeeeee"];
  "d" [label="d\\nDo d\\nplanned", fillcolor="#eeeeee"];
  "a" -> "b";
  "a" -> "c";
  "b" -> "d";
  "c" -> "d";
}`);
});

test("Mermaid gets names of its own, entities, and what is missing", () => {
  expect(drawMermaid(taskGraph([aLink("end", ["gone"], { title: 'Say "hi" <b>' })])))
    .toBe(`flowchart LR
  t0["end: Say #34;hi#34; #60;b#62;"]:::planned
  t1["gone is missing"]
  t1 --> t0
  classDef planned fill:#eeeeee,color:#000`);
});

test("what is left to do comes with what it waits for, and no more", () => {
  const graph = taskGraph([
    aLink("old", [], { state: "complete" }),
    aLink("done", ["old"], { state: "complete" }),
    aLink("next", ["done"]),
  ]);
  expect([...unfinished(graph).keys()]).toEqual(["done", "next"]);
});

test("around a task is all that it waits for and all that waits for it, and nothing beside", () => {
  expect([...around(DIAMOND, "b").keys()]).toEqual(["a", "b", "d"]);
  expect([...around(DIAMOND, "d").keys()]).toEqual(["a", "b", "c", "d"]);
});
