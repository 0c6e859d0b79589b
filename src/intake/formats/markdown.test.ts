import { expect, test } from "vitest";
import { readMarkdown } from "./markdown.ts";

const read = (text: string) => readMarkdown("tasks.md", text).tasks;

test("every item with a box is a task, and what is under it is what it says", () => {
  const tasks = read(`# Plan

Some words.

- [x] T001 Set up
- [ ] T002 [P] [US1] Write the parser
  It reads lines.

  \`\`\`
  - [ ] part of an example
  \`\`\`
- a plain item
  - [ ] nested under no task
1. [ ] **Fix** the login
* [-] Not this one
`);
  expect(tasks.map(({ sourceId, title, status }) => [sourceId, title, status])).toEqual([
    ["T001", "Set up", "closed"],
    ["T002", "Write the parser", "open"],
    ["fix-the-login", "Fix the login", "open"],
    ["not-this-one", "Not this one", "closed"],
  ]);
  expect(tasks[1]?.prompt).toBe(
    "Write the parser\n\nIt reads lines.\n\n```\n- [ ] part of an example\n```",
  );
  expect(tasks[1]?.place.line?.()).toBe(6);
});

test("what stands in code is no task and says nothing of how one is worked", () => {
  const code = `\`\`\`\`md
\`\`\`yaml
timeout: 30s
\`\`\`
~~~
- [ ] no task
target: production
\`\`\`\``;
  const [task, ...others] = read(
    `- [ ] Write it down\n${code}\n  \`\`\`no code\`\`\`\n- [ ] Next\n`,
  );
  expect(task).toMatchObject({
    prompt: `Write it down\n\n${code}\n  \`\`\`no code\`\`\``,
    more: { timeoutMs: undefined, targetBranch: undefined },
  });
  expect(others.map(({ title }) => title)).toEqual(["Next"]);
});

test("lines under a task say how it is worked, in any of the usual ways of writing", () => {
  const [task] = read(`- [ ] 2.1 Use it
  - **Depends On:** Phase 1.1 ✅, #7; T003 and x-9
  - After: none
  **Priority**: high
  - Agent: claude, codex
  - Check: \`npm test\`
  - check: npm run lint
  - Done when: it is used
  - Acceptance criteria: twice
  - Timeout: 15m
  - Retries: 2
  - Target: \`main\`
  - Note: this line is part of the prompt
`);
  expect(task).toMatchObject({
    sourceId: "2.1",
    prompt: "Use it\n\n- Note: this line is part of the prompt",
    more: {
      priority: 7,
      agent: ["claude", "codex"],
      checks: ["npm test", "npm run lint"],
      acceptanceCriteria: ["it is used", "twice"],
      timeoutMs: 900_000,
      maxRetries: 2,
      targetBranch: "main",
    },
  });
  expect(read("- [ ] a\n  - depends on: Phase 1.1 ✅, #7; T003 and x-9\n")[0]?.waitsFor).toEqual([
    "1.1",
    "7",
    "T003",
    "x-9",
  ]);
});

test("a heading with a box or an id is a task, with the lists under it", () => {
  const tasks = read(`# Tasks
## 1. Introduction
Words.
## [ ] Add search
- [ ] by name
### How
With an index.
## Phase 1.2: Parser ⭐
- **Status:** ✅ Complete
### ABC-12: Deep
Status: blocked
`);
  expect(tasks.map(({ sourceId, status }) => [sourceId, status])).toEqual([
    ["add-search", "open"],
    ["1.2", "closed"],
    ["ABC-12", "open"],
  ]);
  expect(tasks[0]?.prompt).toBe("Add search\n\n- [ ] by name\n### How\nWith an index.");
});

test.each([
  ["Just words.\n", "tasks.md: holds no tasks"],
  ["# x\n\n- [?] What\n", "tasks.md:3: [?] is no mark"],
  ["- [ ] a\n  - Priority: soon\n", "tasks.md:1: priority: expected a whole number"],
  [
    "- [ ] a\n  - Status: shipped\n",
    'a status that is known here, such as open, done or deferred, got "shipped"',
  ],
  ["- [ ] a\n  - Retries: many\n", "tasks.md:1: maxRetries"],
])("%j is refused with its place", (text, message) => {
  expect(() => read(text)).toThrow(message);
});
