import { mistakeAt, type Found, type Place, type SourceTask } from "../source-task.ts";
import { readEntry } from "./read-entry.ts";

/** Tasks in a file that has one on every line. */
export function readJsonLines(source: string, text: string): Found {
  const unknown = new Set<string>();
  const tasks: SourceTask[] = [];
  for (const { value, place } of jsonLines(source, text)) {
    tasks.push(readEntry(value, place, (key) => unknown.add(key)));
  }
  return { tasks, unknownKeys: [...unknown] };
}

/** The values of the lines that are not empty, with their places. */
export function* jsonLines(
  source: string,
  text: string,
): Generator<{ readonly value: unknown; readonly place: Place }> {
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const place = { source, line: () => index + 1 };
    yield { value: parsed(line, place), place };
  }
}

function parsed(line: string, place: Place): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw mistakeAt(place, "the line is no JSON; perhaps the file was cut", cause);
  }
}
