import { describe, expect, test } from "vitest";
import type { TaskState } from "../task.ts";
import { taskGraph } from "./dependencies.ts";
import { findDependencyFlaws, isFatal } from "./dependency-flaws.ts";

type Given = Record<string, readonly [state: TaskState, ...dependsOn: string[]]>;

function flawsIn(given: Given) {
  const tasks = Object.entries(given).map(([id, [state, ...dependsOn]]) => ({
    id,
    title: id,
    state,
    dependsOn,
  }));
  return findDependencyFlaws(taskGraph(tasks));
}

describe("what keeps tasks from completing", () => {
  test.each<[string, Given, string[]]>([
    ["no tasks", {}, []],
    ["a chain that is worked", { a: ["active"], b: ["planned", "a"] }, []],
    ["what was archived under an ended task", { a: ["complete", "gone"] }, []],
    ["one that waits for nobody else", { a: ["waiting_human"] }, []],
    [
      "a question that others wait for",
      { a: ["waiting_human"], b: ["planned", "a"] },
      ["waits_for_human a +1"],
    ],
    ["what is not there", { a: ["planned", "gone"] }, ["missing a gone +0"]],
    [
      "what was cancelled",
      { a: ["cancelled"], b: ["waiting_human", "a"], c: ["planned", "b"] },
      ["dead b a +1"],
    ],
    ["what was abandoned", { a: ["abandoned"], b: ["planned", "a"] }, ["dead b a +0"]],
    [
      "a circle",
      { a: ["planned", "b"], b: ["planned", "a"], c: ["planned", "b"] },
      ["cycle a b a +1"],
    ],
    [
      "two circles",
      { a: ["planned", "a"], b: ["planned", "c"], c: ["planned", "b"] },
      ["cycle a a +0", "cycle b c b +0"],
    ],
  ])("of %s", (_name, given, expected) => {
    const found = flawsIn(given).map(
      ({ kind, taskIds, blocked }) => `${kind} ${taskIds.join(" ")} +${blocked}`,
    );
    expect(found).toEqual(expected);
  });

  test("only a question may still come right by itself", () => {
    const flaws = flawsIn({
      a: ["planned", "a"],
      b: ["planned", "gone"],
      c: ["cancelled"],
      d: ["waiting_human", "c"],
      e: ["waiting_human"],
      f: ["planned", "e"],
    });
    expect(flaws.map((flaw) => [flaw.kind, isFatal(flaw)])).toEqual([
      ["cycle", true],
      ["missing", true],
      ["dead", true],
      ["waits_for_human", false],
    ]);
    for (const { cure } of flaws) expect(cure).toMatch(/^orchestra /);
  });

  test("a tail behind very many questions is counted up to a bound, and in time", () => {
    const questions = Array.from({ length: 2_000 }, (_, index) => `q${index}`);
    const tail = Array.from({ length: 50_000 }, (_, index) => `t${index}`);
    const asked = questions.map((id) => [id, ["waiting_human"] as const] as const);
    const waiting = tail.map(
      (id, index) =>
        [id, ["planned", ...(index === 0 ? questions : [`t${index - 1}`])] as const] as const,
    );
    const flaws = flawsIn(Object.fromEntries<Given[string]>([...asked, ...waiting]));
    expect(flaws).toHaveLength(2_000);
    expect(new Set(flaws.map(({ blocked }) => blocked))).toEqual(new Set([1_000]));
  });

  test("of very many circles some are told", () => {
    const ids = Array.from({ length: 100 }, (_, index) => `t${index}`);
    const given = Object.fromEntries(ids.map((id) => [id, ["planned", id] as const]));
    expect(flawsIn(given)).toHaveLength(20);
  });
});
