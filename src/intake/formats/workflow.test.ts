import { expect, test } from "vitest";
import type { SourceTask } from "../source-task.ts";
import { renderTemplate } from "./render-template.ts";
import { readWorkflow } from "./workflow.ts";

const TASK: SourceTask = {
  sourceId: "ABC-1",
  place: { source: "tasks.md" },
  title: "Fix it",
  description: "Since {{ attempt }}",
  prompt: "Fix it\n\nSince {{ attempt }}",
  status: "open",
  waitsFor: ["ABC-0"],
  labels: ["bug", "ui"],
  more: { priority: 7 },
};

const render = (template: string) => renderTemplate("WORKFLOW.md", template, TASK);

test("settings are those at its head, and the rest is the template", () => {
  const { settings, left, template } = readWorkflow(
    "WORKFLOW.md",
    "---\ncodex:\n  stall_timeout_ms: -1\n  command: codex\nserver: { port: 1 }\n---\n\nDo it.\n---\nIt.\n",
  );
  expect(settings).toEqual([
    { key: "agents.codex.adapter", value: "codex" },
    { key: "defaults.agent", value: "codex" },
    { key: "defaults.stall", value: "0" },
  ]);
  expect(left).toEqual(["codex.command", "server.port"]);
  expect(template).toBe("Do it.\n---\nIt.");
});

test("without a head, all of it is the template", () => {
  expect(readWorkflow("WORKFLOW.md", "Do it.")).toEqual({
    settings: [],
    left: [],
    template: "Do it.",
  });
});

test.each([
  ["{{ issue.identifier }}/{{issue.priority}}/{{ issue.branch_name }}.", "ABC-1/7/."],
  ["{% if issue.url %}a{% else %}b{% endif %}{% unless issue.url %}c{% endunless %}", "bc"],
  ["{% if issue.labels %}{% if attempt %}x{% else %}y{% endif %}{% endif %}", "y"],
  ["{% for one in issue.labels %}[{{ one }}]{% endfor %} {{ issue.labels }}", "[bug][ui] bug, ui"],
  ["{% for one in issue.blocked_by %}{{ one.identifier }}{{ one.state }}{% endfor %}", "ABC-0"],
  ["{% for one in issue.url %}{{ one.x }}{% endfor %}!", "!"],
  ["{{ issue.description }}", "Since {{ attempt }}"],
  ["{% if issue.description %}a{% else %}b{% endif %}", "a"],
])("the template %j becomes %j", (template, text) => {
  expect(render(template)).toBe(text);
});

test("a title that is too long for a table is whole in a prompt", () => {
  const task = { ...TASK, title: "Fix the …", wholeTitle: "Fix the login" };
  expect(renderTemplate("WORKFLOW.md", "{{ issue.title }}", task)).toBe("Fix the login");
});

test.each([
  ["{{ issue.assignee }}", "{{ issue.assignee }} is nothing that a task has"],
  ["{{ issue.title | upcase }}", "is nothing that a task has"],
  ["{{ issue.__proto__ }}", "is nothing that a task has"],
  ["{% if issue.url %}{{ issue.nothing }}{% endif %}", "is nothing that a task has"],
  ["{% include 'x' %}", "is not understood"],
  ["{% if issue.url %}x", "{% endif %} is missing"],
  ["x{% endif %}", "{% endif %} is not understood"],
  ["{% if a == b %}x{% endif %}", "is not understood"],
])("the template %j is refused", (template, message) => {
  expect(() => render(template)).toThrow(message);
});
