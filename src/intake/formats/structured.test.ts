import { expect, test } from "vitest";
import { readJsonLines } from "./json-lines.ts";
import { readStructured } from "./structured.ts";

test("a list of tasks is read from JSON and YAML alike, under tasks or by itself", () => {
  const task = { id: 1, title: "Set up", dependencies: [], priority: "high" };
  const expected = [{ sourceId: "1", title: "Set up", prompt: "Set up", more: { priority: 7 } }];
  for (const text of [
    JSON.stringify([task]),
    JSON.stringify({ tasks: [task] }, null, 2),
    JSON.stringify({ master: { tasks: [task], metadata: {} } }),
    "tasks:\n  - id: 1\n    title: Set up\n    priority: high\n",
    "- { id: 1, title: Set up, priority: high }\n",
  ]) {
    expect(readStructured("tasks", text).tasks).toMatchObject(expected);
  }
  expect(readJsonLines("tasks.jsonl", `${JSON.stringify(task)}\n\n`).tasks).toMatchObject(expected);
});

test("what the tools of this field write is understood", () => {
  const { tasks, unknownKeys } = readStructured(
    "tasks.json",
    JSON.stringify([
      {
        id: 2,
        title: "Parser",
        description: "Reads lines.",
        details: "By hand.",
        testStrategy: "Feed it lines",
        status: "in-progress",
        dependencies: [1, "1.2"],
        subtasks: [
          { id: 1, title: "Split", status: "done" },
          { title: "Join", description: "all" },
        ],
        metadata: {},
      },
      {
        taskId: "task_1764",
        prompt: "Do it",
        agent: "coder",
        dependsOn: ["task_1"],
        timeout: 90,
        maxRetries: 3,
        status: "pending",
        createdAt: "2025-12-02T00:00:00",
        errorMessage: null,
      },
      { key: "ABC-1", name: "Old", done: true, acceptance_criteria: "It is old" },
    ]),
  );
  expect(unknownKeys).toEqual(["metadata", "createdAt"]);
  expect(tasks).toMatchObject([
    {
      prompt: "Parser\n\nReads lines.\n\nBy hand.\n\n- [x] Split\n- [ ] Join: all",
      status: "open",
      waitsFor: ["1", "1.2"],
      more: { acceptanceCriteria: ["Tests: Feed it lines"] },
    },
    { sourceId: "task_1764", prompt: "Do it", title: "Do it", more: { timeoutMs: 90_000 } },
    { sourceId: "ABC-1", status: "closed", more: { acceptanceCriteria: ["It is old"] } },
  ]);
});

test.each([
  [{ title: "Join" }, undefined],
  [{ title: "Join", description: "All.", details: "By hand." }, "All.\n\nBy hand."],
  [{ title: "Join", prompt: "Join all." }, "Join all."],
  [{ prompt: "Join" }, undefined],
  [{ description: "Join\nall." }, "Join\nall."],
])("what %j is described by, but for its title, is %j", (entry, description) => {
  const { tasks } = readStructured("tasks.json", JSON.stringify([entry]));
  expect(tasks[0]?.description).toBe(description);
});

test.each([
  ["{", "t.json:1: it cannot be read"],
  ['[\n  {"id": 1, "title": "a"},\n  {"id": 2, "ti', "t.json:3: it cannot be read"],
  [
    '[\n  {"id": 1, "title": "a"},\n  {"id": 2, "title": 7}\n]',
    "t.json:3: title: expected text, got 7",
  ],
  ['{"name": "some-package", "version": "1.0.0"}', "t.json: holds no tasks"],
  ['{"a": {"tasks": []}, "b": {"tasks": []}}', "t.json: holds no tasks"],
  ["just text", "t.json: holds no tasks"],
  ["[\n1]", "t.json:2: expected a task with keys"],
  ['[{"id": 1}]', "t.json:1: a task without a title and without a prompt"],
  ['[{"title": "a", "deps": 7}]', "t.json:1: dependsOn"],
  ['[{"title": "a", "deps": [], "after": []}]', "t.json:1: after: the task says dependsOn twice"],
  ['[{"title": "a", "timeout": "soon"}]', "t.json:1: timeout: expected a duration"],
  ['[{"title": "a", "priority": 1000}]', "t.json:1: priority: expected at most 100"],
  ["a: &a [1]\nb: *c\n", "t.json: it has an alias"],
  [`a: &a [x, x]\nb: &b [${"*a, ".repeat(50)}]\ntasks: [${"*b, ".repeat(50)}]`, "an alias"],
])("%j is refused with its place", (text, message) => {
  expect(() => readStructured("t.json", text)).toThrow(message);
});

test("a line that is no JSON is named", () => {
  const cut = '{"id": 1, "title": "a"}\n{"id": 2, "tit';
  expect(() => readJsonLines("t.jsonl", cut)).toThrow("t.jsonl:2: the line is no JSON");
});

test("keys that could be taken for a prototype's are nothing special", () => {
  const text = '[{"title": "a", "__proto__": {"priority": 9}, "constructor": 1}]';
  const { tasks, unknownKeys } = readStructured("t.json", text);
  expect(unknownKeys).toEqual(["__proto__", "constructor"]);
  expect(tasks[0]?.more.priority).toBeUndefined();
});
