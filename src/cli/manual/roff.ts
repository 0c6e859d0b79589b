// The language of manual pages, as groff and mandoc both read it.

const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\(rs",
  "-": "\\-",
  "'": "\\(aq",
  "`": "\\(ga",
  "^": "\\(ha",
  "~": "\\(ti",
};

/** Text that is shown as it is, wherever on a line. */
export function roff(text: string): string {
  const escaped = text.replaceAll(/[\\\-'`^~]/g, (character) => ESCAPES[character] ?? character);
  return escaped.replaceAll(/^\./gm, "\\&.");
}

export function section(title: string, ...lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`.SH ${title}`, ...lines];
}

/** A term and what it is, the term in bold. */
export function entry(term: string, description: string): readonly string[] {
  return [".TP", `.B ${roff(term)}`, roff(description)];
}

/** Paragraphs, with a space between them. */
export function paragraphs(texts: readonly string[]): readonly string[] {
  return texts.flatMap((text, index) => [...(index === 0 ? [] : [".PP"]), roff(text)]);
}

/** Lines as they were typed. */
export function verbatim(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [".nf", ...lines.map(roff), ".fi"];
}
