import type { Origin, Setting } from "../../config/settings.ts";
import { printable, type Terminal } from "../terminal.ts";

const VALUE_LENGTH_MAX = 500;

/** A line a key, as in the file; with `withOrigin`, where its value comes from beside it. */
export function settingLines(
  settings: readonly Setting[],
  { withOrigin }: { readonly withOrigin: boolean },
  terminal: Terminal,
): string[] {
  return settings.map(({ key, value, origin }) => {
    const shown = value === undefined ? terminal.style("dim", "(unset)") : valueText(value);
    const line = `${key}: ${shown}`;
    return withOrigin ? `${line}  ${terminal.style("dim", `# ${originText(origin)}`)}` : line;
  });
}

/** A value as it would be typed, as far as one line has room for it. */
export function valueText(value: unknown): string {
  const text = printable(typeof value === "string" ? value : JSON.stringify(value));
  return text.length > VALUE_LENGTH_MAX ? `${text.slice(0, VALUE_LENGTH_MAX)}…` : text;
}

function originText(origin: Origin): string {
  switch (origin.kind) {
    case "flag":
    case "environment":
      return origin.name;
    case "file":
      return origin.line === undefined ? origin.file : `${origin.file}:${origin.line}`;
    case "default":
      return "default";
  }
}
