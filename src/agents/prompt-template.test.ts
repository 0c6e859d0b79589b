import { expect, test } from "vitest";
import { fillTemplate } from "./prompt-template.ts";

const VALUES = {
  agent: "coder",
  prompt: "Fix it.",
  taskId: "k3f9",
  attemptId: "k3f9-1",
  workspacePath: "/worktrees/k3f9",
};

function filled(template: string, prompt = "Fix it."): string {
  return fillTemplate(template, { ...VALUES, prompt });
}

test.each([
  [
    "{agent} {task_id} {attempt_id} {worktree}: {prompt}",
    "coder k3f9 k3f9-1 /worktrees/k3f9: Fix it.",
  ],
  ["{userPrompt} {taskId} {agent}", "Fix it. k3f9 coder"],
  ["{planFile} {logFile}", ".orchestra/plans/k3f9_plan.md .orchestra/logs/k3f9.log"],
  ["{{taskId}} and {{{taskId}}}", "{taskId} and {k3f9}"],
  ['{"error": "why", "n": {}}', '{"error": "why", "n": {}}'],
  ['{{"error": "{taskId}"}}', '{"error": "k3f9"}'],
  ["a { b } c", "a { b } c"],
])("the template %j becomes %j", (template, text) => {
  expect(filled(template)).toBe(text);
});

test("what the prompt holds is never filled in, nor are its braces taken away", () => {
  const prompt = "keep {agent} {taskId} {userPrompt} {{x}} {unknown} $& $1";
  expect(filled("{userPrompt}|{agent}", prompt)).toBe(`${prompt}|coder`);
});

test("a placeholder that is not known is an error that names it", () => {
  expect(() => filled("Do {task}.")).toThrow(
    expect.objectContaining({
      code: "AGENT_UNUSABLE",
      message: expect.stringMatching(/\{task\}, and known are prompt, task_id, .*\{\{task\}\}/),
    }),
  );
});
