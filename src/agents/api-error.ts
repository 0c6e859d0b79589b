import { countIn, fieldsIn, fieldsOf, textIn } from "./json-fields.ts";

/** What a provider said of a call that failed, and the status that it said it with. */
export type ApiError = { readonly text: string; readonly status: number | undefined };

const BEGINNING = "[API Error: ";

/**
 * Takes apart `[API Error: …]`, the form in which Gemini CLI and its descendants tell what a provider
 * said, or the JSON that it said it in. Any other text is what was said.
 */
export function readApiError(text: string): ApiError {
  const end = text.lastIndexOf("]");
  if (!isApiError(text) || end < 0) return { text, status: undefined };
  // Advice comes after it where the status was 429, and only there.
  const isLimited = text.slice(end + 1).trim() !== "";
  const told = readErrorBody(text.slice(BEGINNING.length, end));
  return { text: told.text, status: isLimited ? 429 : told.status };
}

/** Whether a text tells of a call that failed. */
export function isApiError(text: string): boolean {
  return text.startsWith(BEGINNING);
}

/** A provider's answer; one that went through a proxy has another one in it. */
export function readErrorBody(text: string, depth = 0): ApiError {
  const body = fieldsOf(text);
  if (!body || depth > 1) return { text, status: undefined };
  const error = fieldsIn(body, "error");
  const status = countIn(error, "code") || undefined;
  const inner = readErrorBody(textIn(error, "message") ?? text, depth + 1);
  return { text: inner.text, status: inner.status ?? status };
}
