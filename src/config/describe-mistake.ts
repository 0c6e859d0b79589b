import type * as z from "zod";
import { nearMiss } from "./near-miss.ts";

type Issue = z.core.$ZodIssue;

/** What is wrong, in words: where, what was expected, what was found there. */
export function describeMistake(
  issue: Issue,
  knownKeys: readonly string[],
  whole = "the file: ",
): string {
  const path = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") return describeUnknown(path, issue.keys, knownKeys);
  const { input } = issue;
  const found = issue.code === "invalid_key" ? "" : `, got ${shown(input, issue.path)}`;
  return `${path === "" ? whole : `${path}: `}${expectation(issue)}${found}${hint(issue)}`;
}

function describeUnknown(path: string, keys: readonly string[], known: readonly string[]): string {
  const [key = ""] = keys;
  const near = nearMiss(key, known);
  const help = near === undefined ? `known here: ${known.join(", ")}` : `did you mean ${near}?`;
  return `${path === "" ? "" : `${path}: `}unknown key ${key}; ${help}`;
}

function expectation(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return `expected ${KINDS[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `expected one of ${issue.values.map(String).join(", ")}`;
    case "too_small":
      return `expected ${BOUNDED[issue.origin] ?? "at least"} ${issue.minimum}`;
    case "too_big":
      return `expected at most ${issue.maximum}`;
    case "invalid_key":
      return issue.issues[0]?.message ?? "expected another name";
    default:
      // Written in the schema, where it is known what is wanted.
      return issue.message;
  }
}

const KINDS: Readonly<Record<string, string>> = {
  object: "keys with values",
  record: "names with values",
  array: "a list",
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
};

const BOUNDED: Readonly<Record<string, string>> = {
  array: "a list of at least",
  string: "text of a length of at least",
};

const SHOWN_LENGTH_MAX = 60;

/** The value as far as it may be told: variables and a store's URL can hold secrets. */
function shown(value: unknown, path: readonly PropertyKey[]): string {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "keys with values";
  if (path.includes("env") || path[0] === "store") return `a ${typeof value}`;
  const text = typeof value === "number" ? String(value) : JSON.stringify(value);
  return text.length > SHOWN_LENGTH_MAX ? `${text.slice(0, SHOWN_LENGTH_MAX)}…` : text;
}

function hint(issue: Issue): string {
  const { input } = issue;
  const isUnquoted = typeof input === "number" || typeof input === "boolean";
  if (issue.code === "invalid_type" && issue.expected === "string" && isUnquoted) {
    return "; put it in quotes";
  }
  if (issue.code !== "invalid_value" || typeof input !== "string") return "";
  const near = nearMiss(input, issue.values.map(String));
  return near === undefined ? "" : `; did you mean ${near}?`;
}
