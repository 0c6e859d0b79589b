import { describe, expect, test } from "vitest";
import type { Flaw } from "../flaw.ts";
import type { Store } from "../store.ts";
import { add, assign, loaded, work } from "./builders.ts";
import { aLife, shownBy } from "./whole.ts";

/** A store, and a way around it to the rows that it shows. */
export type Damageable = {
  readonly store: Store;
  readonly damage: (statement: string) => Promise<void>;
};

/** What somebody or something did to rows of `aLife`, and what is found of it. */
const DAMAGES: readonly (readonly [string, readonly string[], readonly Flaw[]])[] = [
  [
    "a task in another state",
    [`update tasks set state = 'complete' where id = 'two'`],
    [{ kind: "task", id: "two", is: "different" }],
  ],
  [
    "a task that says something else",
    [`update tasks set data = replace(data, 'Do it.', 'Do harm.') where id = 'waits'`],
    [{ kind: "task", id: "waits", is: "different" }],
  ],
  [
    "a task that is no task",
    [`update tasks set data = 'scribble' where id = 'waits'`],
    [{ kind: "task", id: "waits", is: "different" }],
  ],
  [
    "a task that is gone with all that was known of it",
    [
      `delete from dependencies where task_id = 'waits' or depends_on_id = 'waits'`,
      `delete from tasks where id = 'waits'`,
    ],
    [
      { kind: "dependency", id: "far on waits", is: "missing" },
      { kind: "dependency", id: "waits on one", is: "missing" },
      { kind: "dependency", id: "waits on two", is: "missing" },
      { kind: "task", id: "waits", is: "missing" },
    ],
  ],
  [
    "an attempt and a question that are gone",
    [`delete from attempts where id = 'two-1'`, `delete from interrupts where task_id = 'two'`],
    [
      { kind: "attempt", id: "two-1", is: "missing" },
      { kind: "interrupt", id: "two-q1", is: "missing" },
    ],
  ],
  [
    "an attempt that nobody made, of a task that nobody added",
    [
      `insert into attempts (id, task_id, number, node_id, state, is_live, ended_at, data)
       values ('ghost-1', 'ghost', 1, 'node', 'running', 1, null, '{}')`,
    ],
    [{ kind: "attempt", id: "ghost-1", is: "unfounded" }],
  ],
  [
    "a task that nobody added",
    [`update tasks set id = 'ghost' where id = 'far'`],
    [
      { kind: "task", id: "far", is: "missing" },
      { kind: "task", id: "ghost", is: "unfounded" },
    ],
  ],
  [
    "a run that would give its numbers twice",
    [`update runs set next_seq = 2 where id = 'queue'`],
    [{ kind: "run", id: "queue", is: "different" }],
  ],
];

/** Holds a store that keeps rows beside its events to finding and mending what is wrong with them. */
export function damageConformance(name: string, open: () => Promise<Damageable>): void {
  describe(`the ${name} store, damaged`, () => {
    test.each(DAMAGES)("finds and mends %s", async (_what, statements, expected) => {
      const { store, damage } = await open();
      await aLife(store);
      const before = await shownBy(store);
      for (const statement of statements) await damage(statement);

      expect(inOrder(await store.flaws())).toEqual(expected);
      expect(inOrder(await store.rebuild())).toEqual(expected);
      expect(await store.flaws()).toEqual([]);
      expect(await shownBy(store)).toEqual(before);
      await store.close();
    });

    test.each([
      [`update tasks set data = 'scribble' where id = 'one'`, "doctor --fix"],
      [`update events set data = 'scribble' where seq = 2 and run_id = 'queue'`, "Event 2 of run"],
      [`insert into leases (name, term, data) values ('dispatcher', 1, 'scribble')`, "lease"],
    ])("tells what to do about what cannot be read: %s", async (statement, words) => {
      const { store, damage } = await open();
      await add(store, ["one"]);
      await damage(statement);
      const reading = Promise.all([
        store.tasks({ limit: 10 }),
        store.events("queue", 0, 10),
        store.dispatcherLease(),
      ]);
      await expect(reading).rejects.toMatchObject({
        code: "STORE_UNAVAILABLE",
        message: expect.stringContaining(words) as unknown,
      });
      await store.close();
    });

    test.each([
      ["the end of its log", "delete from events where seq > 5"],
      ["its log", "delete from events"],
    ])("that has lost %s is refused as it is", async (_what, statement) => {
      const { store, damage } = await open();
      await aLife(store);
      const tasks = await store.tasks({ limit: 10 });
      await damage(statement);
      const refused: unknown = expect.objectContaining({
        code: "STORE_UNAVAILABLE",
        message: expect.stringMatching(/log of run (queue|more) has lost its end/) as unknown,
      });
      await expect(store.flaws()).rejects.toEqual(refused);
      await expect(store.rebuild()).rejects.toEqual(refused);
      expect(await store.tasks({ limit: 10 })).toEqual(tasks);
      await store.close();
    });

    test("decides on what was mended, not on what it remembers", async () => {
      const { store, damage } = await open();
      await add(store, ["one"]);
      await damage(`update tasks set data = replace(data, 'script', 'nobody') where id = 'one'`);
      await add(store, ["two"]);
      expect((await loaded(store, { taskIds: ["one"] })).tasks.size).toBe(1);
      await store.rebuild();
      const { tasks } = await loaded(store, { taskIds: ["one"] });
      expect(tasks.get("one")).toMatchObject({ agent: "script" });
      await assign(store);
      await work(store, "one");
      expect(await store.task("one")).toMatchObject({ state: "complete" });
      expect(await store.flaws()).toEqual([]);
      await store.close();
    });
  });
}

function inOrder(flaws: readonly Flaw[]): Flaw[] {
  return flaws.toSorted((a, b) => (`${a.kind} ${a.id}` < `${b.kind} ${b.id}` ? -1 : 1));
}
