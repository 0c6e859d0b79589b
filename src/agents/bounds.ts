/** How many of an agent's last texts are kept for a person and for the next attempt. */
export const LAST_MESSAGES_MAX = 20;

/** More than a person says in the life of one process. */
export const HEARD_MAX = 1_000;
const HEARD_ID_LENGTH_MAX = 100;

const MESSAGE_LENGTH_MAX = 2_000;
const SUMMARY_LENGTH_MAX = 200;
/** What one event shows; the raw transcript has the rest. */
const EVENT_LENGTH_MAX = 32_000;
/** A final answer is work that others go on with, such as a plan. */
const ANSWER_LENGTH_MAX = 200_000;

/** A text cut to what is kept of one message. */
export function boundedText(text: string): string {
  return cut(text, MESSAGE_LENGTH_MAX);
}

/** A text cut to what one event shows. */
export function eventText(text: string): string {
  return cut(text, EVENT_LENGTH_MAX);
}

/** A final answer, cut only when it cannot be one. */
export function answerText(text: string): string {
  return cut(text, ANSWER_LENGTH_MAX);
}

/** One line for a person, whatever the text was. */
export function summaryLine(text: string): string {
  return cut(text.slice(0, MESSAGE_LENGTH_MAX).replace(/\s+/g, " ").trim(), SUMMARY_LENGTH_MAX);
}

/** The texts and one more, as many as are kept; a text of nothing but space does not count. */
export function withMessage(messages: readonly string[], text: string): readonly string[] {
  if (text.trim() === "") return messages;
  return [...messages, boundedText(text)].slice(-LAST_MESSAGES_MAX);
}

/** The ids and one more, as many as are kept; one that is no message's id does not count. */
export function withHeard(ids: readonly string[], id: string): readonly string[] {
  if (id === "" || id.length > HEARD_ID_LENGTH_MAX || ids.includes(id)) return ids;
  return [...ids, id].slice(-HEARD_MAX);
}

function cut(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text;
  // Never half of a surrogate pair: what is kept has to be text.
  return `${text.slice(0, lengthMax).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
