import { describe, expect, test } from "vitest";
import type { Store } from "../store.ts";
import { add, assign, work } from "./builders.ts";
import { aLife, shownBy } from "./whole.ts";

export type OldSchemas<At> = {
  /** How many there have been. */
  readonly versions: number;
  readonly newStore: () => Promise<{ readonly store: Store; readonly at: At }>;
  /**
   * Makes a blackboard by the first `version` migrations, puts in it what there is `at` the other, as
   * far as that schema had room for it, and opens it as this program does.
   */
  readonly openOld: (at: At, version: number) => Promise<Store>;
};

/** The tables that have been there from the first schema on, in an order in which rows can come. */
const FIRST_TABLES = [
  "runs",
  "tasks",
  "dependencies",
  "attempts",
  "interrupts",
  "events",
  "leases",
] as const;

/** Holds a store to taking over what every earlier program has left. */
export function oldSchemaConformance<At>(
  name: string,
  { versions, newStore, openOld }: OldSchemas<At>,
): void {
  const each = Array.from({ length: versions }, (_, index) => index + 1);
  describe(`the ${name} store, of an earlier program`, () => {
    test.each(each)("with schema %i has all that was in it, and goes on", async (version) => {
      const { store: left, at } = await newStore();
      await aLife(left);
      const before = await shownBy(left);
      await left.close();

      const store = await openOld(at, version);
      expect(await shownBy(store)).toEqual(before);
      expect(await store.flaws()).toEqual([]);
      await add(store, ["next"], 6_000);
      await assign(store, { nowMs: 6_000 });
      await work(store, "next", 6_001);
      expect(await store.task("next")).toMatchObject({ state: "complete" });
      expect(await store.flaws()).toEqual([]);
      await store.close();
    });
  });
}

export type Column = { readonly table: string; readonly name: string };

/** Statements that copy rows by the columns that both have. */
export function copyStatements(
  columns: { readonly from: readonly Column[]; readonly to: readonly Column[] },
  tableIn: (place: "from" | "to", table: string) => string,
  quoted: (name: string) => string,
): string[] {
  return FIRST_TABLES.map((table) => {
    const [from, to] = [columns.from, columns.to].map((all) =>
      all.filter((column) => column.table === table).map(({ name }) => name),
    );
    const shared = (to ?? [])
      .filter((name) => from?.includes(name))
      .map(quoted)
      .join(", ");
    const target = `insert into ${tableIn("to", table)} (${shared})`;
    return `${target} select ${shared} from ${tableIn("from", table)}`;
  });
}
