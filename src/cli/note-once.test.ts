import { expect, test } from "vitest";
import { createNoteOnce, NOTES_REMEMBERED_MAX } from "./note-once.ts";

test("the same trouble is told once, and what was told takes no memory for ever", () => {
  const notes: string[] = [];
  const noteOnce = createNoteOnce({ note: (text) => notes.push(text) });
  for (const text of ["a", "b", "a"]) noteOnce(text);
  expect(notes).toEqual(["a", "b"]);
  for (let count = 0; count < NOTES_REMEMBERED_MAX; count += 1) noteOnce(`other ${count}`);
  noteOnce("a");
  expect(notes.filter((text) => text === "a")).toHaveLength(2);
});
