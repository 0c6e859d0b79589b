import { expect, test } from "vitest";
import { readBeads } from "./beads.ts";

const NOW_MS = Date.parse("2026-01-01T00:00:00Z");

function read(...beads: readonly object[]) {
  const text = beads.map((bead) => JSON.stringify({ issue_type: "task", ...bead })).join("\n");
  return readBeads(".beads", text, NOW_MS).tasks;
}

const on = (depends_on_id: string, type = "blocks") => ({ issue_id: "x", depends_on_id, type });

test("an issue is a task with all that describes it", () => {
  const [task] = read({
    id: "bd-a1.2",
    title: "Add OAuth",
    description: "Log in by OAuth.",
    design: "Use the library.",
    acceptance_criteria: "One can log in",
    notes: "",
    priority: 1,
    status: "in_progress",
    assignee: null,
    dependencies: [on("bd-1"), on("bd-2", "related"), on("bd-3", "discovered-from")],
    created_at: "2025-01-09T12:00:00Z",
  });
  expect(task).toMatchObject({
    sourceId: "bd-a1.2",
    description: "Log in by OAuth.\n\nUse the library.",
    prompt: "Add OAuth\n\nLog in by OAuth.\n\nUse the library.",
    status: "open",
    waitsFor: ["bd-1"],
    more: { priority: 7, acceptanceCriteria: ["One can log in"] },
  });
});

test("what is over, put off or no work is told apart", () => {
  const found = read(
    { id: "a", title: "a", status: "closed" },
    { id: "b", title: "b", status: "tombstone" },
    { id: "c", title: "c", status: "deferred" },
    { id: "d", title: "d", status: "open", defer_until: "2026-02-01T00:00:00Z" },
    { id: "e", title: "e", status: "open", defer_until: "2025-02-01T00:00:00Z" },
    { id: "f", title: "f", issue_type: "message" },
    { id: "g", title: "g", is_template: 1, ephemeral: 0 },
    { id: "h", title: "h", status: "a status of one's own" },
  );
  expect(found.map(({ status, noWork }) => noWork ?? status)).toEqual([
    "closed",
    "closed",
    "deferred",
    "deferred",
    "open",
    "a message",
    "a template",
    "open",
  ]);
});

test("what waits for an epic waits for its parts, however deep", () => {
  const found = read(
    { id: "e", title: "An epic", issue_type: "epic" },
    { id: "e.1", title: "Inner", issue_type: "epic", dependencies: [on("e", "parent-child")] },
    { id: "e.2", title: "Part", dependencies: [on("e", "parent-child")] },
    { id: "e.1.1", title: "Leaf", dependencies: [on("e.1", "parent-child")] },
    { id: "z", title: "After", dependencies: [on("e")] },
  );
  expect(found.at(-1)?.waitsFor).toEqual(["e.2", "e.1.1"]);
  expect(found.slice(0, 2).map(({ noWork }) => noWork)).toEqual([
    expect.stringContaining("epic"),
    expect.stringContaining("epic"),
  ]);
});

test.each([
  ['{"id":"a"}', ".beads:1: title: expected text, got nothing"],
  ['{"id":"a","title":"a","priority":9}', ".beads:1: priority: expected at most 4"],
  ["[]", ".beads:1: the file: expected keys"],
  ['{"id":"a","title":"a"}\n{"id', ".beads:2: the line is no JSON"],
])("%j is refused with its line", (text, message) => {
  expect(() => readBeads(".beads", text, NOW_MS)).toThrow(message);
});
