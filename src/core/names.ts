const SLUG_LENGTH_MAX = 40;
const TITLE_LENGTH_MAX = 72;

/** Ids are safe in file names, branches and message subjects: lower-case letters, digits, hyphens. */
const ID_PATTERN = /^[a-z0-9][a-z0-9-]{0,63}$/;

export function isValidId(id: string): boolean {
  return ID_PATTERN.test(id);
}

const QUOTED_LENGTH_MAX = 80;

/** What someone typed, for a message: in quotes, with what cannot be printed escaped, and cut. */
export function quoted(typed: string): string {
  return JSON.stringify(typed.slice(0, QUOTED_LENGTH_MAX));
}

/** Letters of ids made here: no vowels and no look-alikes, so no words and no misreading. */
const ID_ALPHABET = "23456789bcdfghjkmnpqrstvwxz";
const ID_LENGTH = 8;

/** A task id from a source of numbers in [0, 1): one of 27^8, some 280 thousand million. */
export function idFrom(random: () => number): string {
  const letter = (): string => ID_ALPHABET.charAt(Math.floor(random() * ID_ALPHABET.length));
  return Array.from({ length: ID_LENGTH }, letter).join("");
}

/** A short form of any text that is safe in branches and paths; never empty. */
export function slugOf(text: string): string {
  const slug = text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "") // Accents, which now stand apart from their letters.
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, SLUG_LENGTH_MAX)
    .replace(/^-+|-+$/g, "");
  return slug === "" ? "task" : slug;
}

/** The first line of a prompt, cut to fit a table. */
export function titleOf(prompt: string): string {
  const line = prompt.trim().split(/\r?\n/, 1)[0]?.replace(/\s+/g, " ").trim() ?? "";
  if (line === "") return "untitled";
  const letters = Array.from(line);
  if (letters.length <= TITLE_LENGTH_MAX) return line;
  return `${letters.slice(0, TITLE_LENGTH_MAX - 1).join("")}…`;
}

/**
 * The branch that belongs to one attempt alone. An id with hyphens of its own is followed by two, which
 * no slug holds: else `add` with the title `Login form` and `add-login` with `Form` would share one.
 */
export function attemptBranch(taskId: string, title: string, number: number): string {
  const joint = taskId.includes("-") ? "--" : "-";
  return `orchestra/${taskId}${joint}${slugOf(title)}/${number}`;
}
