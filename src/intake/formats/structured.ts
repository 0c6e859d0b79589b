import { LineCounter, isNode, parseDocument, type Document } from "yaml";
import { mistakeAt, type Found } from "../source-task.ts";
import { readEntry } from "./read-entry.ts";

const ALIASES_MAX = 100;

/** Tasks in a JSON or YAML file: a list, or one under `tasks`. */
export function readStructured(source: string, text: string): Found {
  const { value, lineOf } = readJson(text) ?? readYaml(source, text);
  const { list, path } = listIn(value);
  if (list === undefined) {
    throw mistakeAt({ source }, "holds no tasks: expected a list of them, or a key tasks with one");
  }
  const unknown = new Set<string>();
  const tasks = list.map((one, index) =>
    readEntry(one, { source, line: () => lineOf([...path, index]) }, (key) => unknown.add(key)),
  );
  return { tasks, unknownKeys: [...unknown] };
}

type Read = {
  readonly value: unknown;
  readonly lineOf: (path: readonly (string | number)[]) => number | undefined;
};

/** Read by the fast parser, where it is nothing but JSON. */
function readJson(text: string): Read | undefined {
  try {
    const value: unknown = JSON.parse(text);
    let located: Located | undefined;
    return { value, lineOf: (path) => lineIn((located ??= locate(text)), path) };
  } catch {
    return undefined;
  }
}

/** Everything else, also JSON with a mistake: YAML takes it in, and knows the lines. */
function readYaml(source: string, text: string): Read {
  const located = locate(text);
  const [error] = located.document.errors;
  if (error) {
    const { line } = located.lines.linePos(error.pos[0]);
    const [problem = ""] = error.message.split(/ at line \d+|\n/);
    throw mistakeAt({ source, line: () => line }, `it cannot be read: ${problem}`, error);
  }
  try {
    const value: unknown = located.document.toJS({ maxAliasCount: ALIASES_MAX });
    return { value, lineOf: (path) => lineIn(located, path) };
  } catch (cause) {
    throw mistakeAt({ source }, "it has an alias that stands for nothing, or for too much", cause);
  }
}

type Located = { readonly document: Document; readonly lines: LineCounter };

function locate(text: string): Located {
  const lines = new LineCounter();
  return { document: parseDocument(text, { lineCounter: lines }), lines };
}

function lineIn(
  { document, lines }: Located,
  path: readonly (string | number)[],
): number | undefined {
  const node: unknown = document.getIn(path, true);
  return isNode(node) && node.range ? lines.linePos(node.range[0]).line : undefined;
}

/** The list itself, the one under `tasks`, or the only one under a name, as in `{master: {tasks}}`. */
function listIn(value: unknown): { list?: readonly unknown[]; path: readonly string[] } {
  if (Array.isArray(value)) return { list: value, path: [] };
  const own = tasksOf(value);
  if (own) return { list: own, path: ["tasks"] };
  const named = typeof value === "object" && value !== null ? Object.entries(value) : [];
  const lists = named.filter(([, one]) => tasksOf(one) !== undefined);
  const [only, ...others] = lists;
  if (only === undefined || others.length > 0) return { path: [] };
  const [name, holder] = only;
  return { list: tasksOf(holder) ?? [], path: [name, "tasks"] };
}

function tasksOf(value: unknown): readonly unknown[] | undefined {
  const isHolder = typeof value === "object" && value !== null && "tasks" in value;
  return isHolder && Array.isArray(value.tasks) ? value.tasks : undefined;
}
