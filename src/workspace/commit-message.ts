const SUBJECT_LENGTH_MAX = 200;

/** A commit message of one subject line, whatever the text, and trailers that it cannot forge. */
export function commitMessage(text: string, ...trailers: readonly string[]): string {
  const line = text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ").trim();
  const subject = Array.from(line).slice(0, SUBJECT_LENGTH_MAX).join("").trim();
  return [subject === "" ? "Untitled work" : subject, "", ...trailers, ""].join("\n");
}
