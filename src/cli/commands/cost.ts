import {
  addSpending,
  costKeyOf,
  costRows,
  hasBegun,
  NO_SPENDING,
  type CostKey,
  type Spending,
} from "../../core/reports/cost.ts";
import type { BlackboardReader } from "../../store/store.ts";
import type { Cli } from "../cli.ts";
import { taskPages } from "../report/all-tasks.ts";
import { costLines } from "../report/cost-lines.ts";

/** Adds up what all attempts on the blackboard have used. */
export async function cost(cli: Cli, { by }: { readonly by: CostKey }): Promise<void> {
  await using reader = await cli.openReader();
  const { sums, total } = reader
    ? await reader.snapshot(async (moment) => addUp(moment, by))
    : { sums: new Map<string, Spending>(), total: NO_SPENDING };
  const rows = costRows(sums, by);
  cli.terminal.json({ by, rows, total });
  for (const line of costLines(rows, { by, total }, cli.terminal)) cli.terminal.say(line);
}

async function addUp(
  reader: BlackboardReader,
  by: CostKey,
): Promise<{ readonly sums: Map<string, Spending>; readonly total: Spending }> {
  const sums = new Map<string, Spending>();
  let total = NO_SPENDING;
  for await (const page of taskPages(reader)) {
    const tried = page.filter(({ attemptCount }) => attemptCount > 0).map(({ id }) => id);
    if (tried.length === 0) continue;
    for (const attempt of (await reader.attemptsOf(...tried)).filter(hasBegun)) {
      const key = costKeyOf(attempt, by, dayOf);
      sums.set(key, addSpending(sums.get(key) ?? NO_SPENDING, attempt));
      total = addSpending(total, attempt);
    }
  }
  return { sums, total };
}

function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}
