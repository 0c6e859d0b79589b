import type { TaskState } from "../task.ts";
import { dependentsById, type LinkedTask, type TaskGraph } from "./dependencies.ts";

/** Lines of a drawing as text; the formats for programs are never cut, as a part is another graph. */
const LINES_MAX = 1_000;
/** Deeper down, a line would be mostly indentation. */
const DEPTH_MAX = 30;

export type TextDrawing = { readonly lines: readonly string[]; readonly isCut: boolean };

/**
 * What waits for what, as a tree that grows from what waits for nothing. A task that waits for
 * several is drawn where it comes first, and named again where it comes later.
 */
export function drawText(
  graph: TaskGraph,
  label: (task: LinkedTask, isRepeated: boolean) => string,
): TextDrawing {
  const dependents = dependentsById(graph);
  const drawn = new Set<string>();
  const lines: string[] = [];
  const draw = (task: LinkedTask, stem: string, depth: number): void => {
    const children = (dependents.get(task.id) ?? []).flatMap((id) => graph.get(id) ?? []);
    drawn.add(task.id);
    if (depth >= DEPTH_MAX && children.length > 0) return void lines.push(`${stem}└─ …`);
    for (const [index, child] of children.entries()) {
      if (lines.length > LINES_MAX) return;
      const isLast = index === children.length - 1;
      const isRepeated = drawn.has(child.id);
      lines.push(`${stem}${isLast ? "└─" : "├─"} ${label(child, isRepeated)}`);
      if (!isRepeated) draw(child, `${stem}${isLast ? "   " : "│  "}`, depth + 1);
    }
  };
  // What is in a cycle hangs from nothing, and is drawn from wherever one comes into it.
  const roots = [...graph.values()].filter(
    ({ dependsOn }) => !dependsOn.some((id) => graph.has(id)),
  );
  for (const task of [...roots, ...graph.values()]) {
    if (drawn.has(task.id) || lines.length > LINES_MAX) continue;
    lines.push(label(task, false));
    draw(task, "", 0);
  }
  return { lines: lines.slice(0, LINES_MAX), isCut: lines.length > LINES_MAX };
}

const FILLS: Record<TaskState, string> = {
  planned: "#eeeeee",
  ready: "#fff3bf",
  active: "#c5f6fa",
  awaiting_qa: "#d0ebff",
  complete: "#d3f9d8",
  failed: "#ffe3e3",
  waiting_human: "#f3d9fa",
  abandoned: "#ced4da",
  cancelled: "#ced4da",
};

/** For Graphviz: an arrow goes from what is done first to what waits for it. */
export function drawDot(graph: TaskGraph): string {
  const nodes = [...graph.values()].map(({ id, title, state }) => {
    const label = [id, title, state].map(escapedForDot).join(String.raw`\n`);
    return `  "${id}" [label="${label}", fillcolor="${FILLS[state]}"];`;
  });
  const edges = edgesOf(graph).map(([from, to]) => `  "${from}" -> "${to}";`);
  return [
    "digraph tasks {",
    "  rankdir=LR;",
    '  node [shape=box, style="rounded,filled"];',
    ...nodes,
    ...edges,
    "}",
  ].join("\n");
}

function escapedForDot(text: string): string {
  return text.replace(/["\\]/g, String.raw`\$&`);
}

/** For Mermaid; its nodes have numbers, because an id such as `end` would be a word of its own. */
export function drawMermaid(graph: TaskGraph): string {
  const names = new Map([...graph.keys()].map((id, index) => [id, `t${index}`]));
  const nameOf = (id: string): string => {
    const known = names.get(id);
    if (known !== undefined) return known;
    const name = `t${names.size}`;
    names.set(id, name);
    return name;
  };
  const nodes = [...graph.values()].map(
    ({ id, title, state }) => `  ${nameOf(id)}["${entities(`${id}: ${title}`)}"]:::${state}`,
  );
  const missing = new Set(edgesOf(graph).flatMap(([from]) => (graph.has(from) ? [] : [from])));
  const strangers = [...missing].map((id) => `  ${nameOf(id)}["${entities(id)} is missing"]`);
  const edges = edgesOf(graph).map(([from, to]) => `  ${nameOf(from)} --> ${nameOf(to)}`);
  const states = new Set([...graph.values()].map(({ state }) => state));
  const classes = [...states].map((state) => `  classDef ${state} fill:${FILLS[state]},color:#000`);
  return ["flowchart LR", ...nodes, ...strangers, ...edges, ...classes].join("\n");
}

function edgesOf(graph: TaskGraph): (readonly [from: string, to: string])[] {
  return [...graph.values()].flatMap(({ id, dependsOn }) =>
    dependsOn.map((dependency) => [dependency, id] as const),
  );
}

/** Whatever may mean something to Mermaid, by its number. */
function entities(text: string): string {
  return text.replace(/[^\p{L}\p{N} .,:!?'()/_-]/gu, (letter) => `#${letter.codePointAt(0)};`);
}
