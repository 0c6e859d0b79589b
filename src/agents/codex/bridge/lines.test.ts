import { expect, test } from "vitest";
import { execItem } from "./lines.ts";

test.each([
  [
    { type: "reasoning", summary: ["I consider.", "I decide."], content: [] },
    { type: "reasoning", text: "I consider.\n\nI decide." },
  ],
  [
    { type: "fileChange", changes: [{ path: "a", kind: { type: "add" } }], status: "inProgress" },
    { type: "file_change", changes: [{ path: "a", kind: "add" }], status: "in_progress" },
  ],
  [
    { type: "mcpToolCall", server: "s", tool: "look", arguments: { path: "a" }, error: null },
    { type: "mcp_tool_call", server: "s", tool: "look", arguments: { path: "a" }, error: null },
  ],
  [
    { type: "collabAgentToolCall", tool: "spawnAgent", prompt: "Help.", status: "completed" },
    { type: "collab_tool_call", tool: "spawnAgent", arguments: { prompt: "Help." } },
  ],
  [
    { type: "webSearch", query: "how to" },
    { type: "web_search", query: "how to" },
  ],
])("the item %j is told as codex exec does", (item, told) => {
  expect(execItem({ id: "i", ...item })).toMatchObject({ id: "i", ...told });
});

test("what is nothing that was done or said is not told", () => {
  expect(execItem({ id: "i", type: "contextCompaction" })).toBeUndefined();
});
