import { mistakeAt, type SourceTask } from "../source-task.ts";

const TOKEN = /\{\{-?\s*([^]*?)\s*-?\}\}|\{%-?\s*([^]*?)\s*-?%\}/g;
const CONDITION = /^(if|unless)\s+([\w.]+)$/;
const LOOP = /^for\s+(\w+)\s+in\s+([\w.]+)$/;

type Value = string | number | undefined | readonly Value[] | { readonly [key: string]: Value };
type Scope = Readonly<Record<string, Value>>;
type Part = { readonly text: string } | { readonly output: string } | { readonly tag: string };
type Reading = { readonly source: string; readonly parts: readonly Part[]; at: number };

/**
 * The prompt that the body of a `WORKFLOW.md` makes of a task: its variables, `if`, `unless`, `else`
 * and `for`. Anything else is a mistake, so that nothing is asked of an agent that nobody wrote.
 */
export function renderTemplate(source: string, template: string, task: SourceTask): string {
  const reading = { source, parts: partsOf(template), at: 0 };
  const text = rendered(reading, { issue: issueOf(task), attempt: undefined }, []);
  const left = reading.parts[reading.at];
  if (left && "tag" in left) throw unknownTag(source, left.tag);
  return text.trim();
}

/** As Symphony names it. */
function issueOf(task: SourceTask): Value {
  const { sourceId, description, url, labels, waitsFor, more } = task;
  return {
    id: sourceId,
    identifier: sourceId,
    title: task.wholeTitle ?? task.title,
    description,
    priority: more.priority,
    state: "Todo",
    branch_name: undefined,
    url,
    labels: labels ?? [],
    blocked_by: waitsFor.map((identifier) => ({ id: identifier, identifier, state: undefined })),
    created_at: undefined,
    updated_at: undefined,
  };
}

function partsOf(template: string): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const { 0: token, 1: output, 2: tag = "", index } of template.matchAll(TOKEN)) {
    parts.push({ text: template.slice(end, index) });
    parts.push(output === undefined ? { tag } : { output });
    end = index + token.length;
  }
  return [...parts, { text: template.slice(end) }];
}

/** Renders up to one of the tags that end what was begun, and stays there. */
function rendered(reading: Reading, scope: Scope, ends: readonly string[]): string {
  let text = "";
  for (; reading.at < reading.parts.length; reading.at += 1) {
    const part = reading.parts[reading.at];
    if (!part) break;
    if ("text" in part) text += part.text;
    else if ("output" in part) text += textOf(lookUp(reading.source, scope, part.output));
    else if (ends.includes(part.tag)) return text;
    else text += block(reading, scope, part.tag);
  }
  if (ends.length > 0)
    throw mistakeAt({ source: reading.source }, `{% ${ends.at(-1)} %} is missing`);
  return text;
}

function block(reading: Reading, scope: Scope, tag: string): string {
  const [, word, path = ""] = CONDITION.exec(tag) ?? [];
  if (word !== undefined) {
    const isMeant = isTruthy(lookUp(reading.source, scope, path)) === (word === "if");
    return choice(reading, scope, { end: `end${word}`, isMeant });
  }
  const [, name = "", listPath] = LOOP.exec(tag) ?? [];
  if (listPath === undefined) throw unknownTag(reading.source, tag);
  return loop(reading, scope, { name, list: lookUp(reading.source, scope, listPath) });
}

function choice(
  reading: Reading,
  scope: Scope,
  { end, isMeant }: { readonly end: string; readonly isMeant: boolean },
): string {
  reading.at += 1;
  const first = rendered(reading, scope, ["else", end]);
  const at = reading.parts[reading.at];
  if (!at || !("tag" in at) || at.tag !== "else") return isMeant ? first : "";
  reading.at += 1;
  const second = rendered(reading, scope, [end]);
  return isMeant ? first : second;
}

function loop(
  reading: Reading,
  scope: Scope,
  { name, list }: { readonly name: string; readonly list: Value },
): string {
  const start = reading.at + 1;
  const items: readonly Value[] = Array.isArray(list) ? list : [];
  // Once at least, to find its end; what that says counts only with an item.
  const texts = (items.length === 0 ? [undefined] : items).map((item) => {
    reading.at = start;
    return rendered(reading, { ...scope, [name]: item }, ["endfor"]);
  });
  return items.length === 0 ? "" : texts.join("");
}

/** Of what is written in the template; a name that is none is a mistake there, not in the task. */
function lookUp(source: string, scope: Scope, path: string): Value {
  let value: Value = scope;
  for (const key of path.split(".")) {
    // What a loop over nothing names.
    if (value === undefined) return undefined;
    if (!isHolder(value) || !Object.hasOwn(value, key)) {
      throw mistakeAt({ source }, `{{ ${path} }} is nothing that a task has`);
    }
    value = value[key];
  }
  return value;
}

function isHolder(value: Value): value is Scope {
  return typeof value === "object" && !Array.isArray(value);
}

function isTruthy(value: Value): boolean {
  return value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0);
}

function textOf(value: Value): string {
  if (Array.isArray(value)) return value.map(textOf).join(", ");
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

function unknownTag(source: string, tag: string): Error {
  return mistakeAt({ source }, `{% ${tag} %} is not understood: if, unless, else and for are`);
}
