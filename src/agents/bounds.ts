/** How many of an agent's last texts are kept for a person and for the next attempt. */
export const LAST_MESSAGES_MAX = 20;

const TEXT_LENGTH_MAX = 2_000;

/** A text cut to what is kept of one message. */
export function boundedText(text: string): string {
  return text.length <= TEXT_LENGTH_MAX ? text : `${text.slice(0, TEXT_LENGTH_MAX)}…`;
}
