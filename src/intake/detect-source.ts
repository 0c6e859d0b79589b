import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { isStoreUrl } from "../config/store-location.ts";
import { isSpecial } from "../store/transfer/special-file.ts";

/** Where work is taken over from. */
export const SOURCE_KINDS = ["tasks", "beads", "github", "symphony", "blackboard"] as const;

export type SourceKind = (typeof SOURCE_KINDS)[number];

const TASK_FILES = [".json", ".yaml", ".yml", ".md", ".markdown"];
const LINE_FILES = [".jsonl", ".ndjson"];
const HEAD_BYTES = 64 * 1024;

/** What somebody means who names a source: told from its name, and from its first line. */
export function kindOfSource(typed: string, path: string): SourceKind {
  if (isStoreUrl(typed)) return "blackboard";
  if (typed === "github") return "github";
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    return beadsFileIn(path) === undefined ? "blackboard" : "beads";
  }
  if (basename(path).toLowerCase() === "workflow.md") return "symphony";
  const extension = extname(path).toLowerCase();
  if (TASK_FILES.includes(extension)) return "tasks";
  return LINE_FILES.includes(extension) ? kindOfLines(path) : "blackboard";
}

/** The file of Beads in a folder, be it `.beads` itself or the one that holds it. */
export function beadsFileIn(folder: string): string | undefined {
  return ["issues.jsonl", "beads.jsonl", ".beads/issues.jsonl", ".beads/beads.jsonl"]
    .map((name) => join(folder, name))
    .find((file) => existsSync(file));
}

function kindOfLines(path: string): SourceKind {
  const first = firstLineOf(path);
  if (first === undefined) return "tasks";
  if ("orchestra" in first) return "blackboard";
  return "issue_type" in first ? "beads" : "tasks";
}

/** The object on the first line, if that is what is there. */
function firstLineOf(path: string): object | undefined {
  if (isSpecial(path)) return undefined;
  try {
    const [line = ""] = headOf(path).split("\n", 1);
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    // What is wrong with it, whoever reads it says.
    return undefined;
  }
}

function headOf(path: string): string {
  const file = openSync(path, "r");
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    return head.toString("utf8", 0, readSync(file, head, 0, HEAD_BYTES, 0));
  } finally {
    closeSync(file);
  }
}
