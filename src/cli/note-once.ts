import type { Terminal } from "./terminal.ts";

/** Notes that are remembered; with one more, all may be told again. */
export const NOTES_REMEMBERED_MAX = 1_000;

/** Trouble that comes back at every turn of a loop is told once. */
export function createNoteOnce({ note }: Pick<Terminal, "note">): (text: string) => void {
  const told = new Set<string>();
  return (text) => {
    if (told.has(text)) return;
    if (told.size >= NOTES_REMEMBERED_MAX) told.clear();
    told.add(text);
    note(text);
  };
}
