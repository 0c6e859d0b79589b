import { summaryLine } from "./bounds.ts";
import type { Fields } from "./json-fields.ts";

/** What a tool's input is about, the most telling first; the agents' tools name it alike. */
const TELLING = [
  "command",
  "file_path",
  "filePath",
  "notebook_path",
  "path",
  "pattern",
  "url",
  "query",
  "skill",
  "description",
  "prompt",
] as const;

/** One line for a person about what a tool is used for. */
export function toolSummary(input: Fields): string {
  const values = [...TELLING.map((name) => input[name]), ...Object.values(input)];
  const first = values.find((value) => typeof value === "string");
  return summaryLine(typeof first === "string" ? first : "");
}
