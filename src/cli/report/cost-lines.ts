import { PRICES_OF } from "../../agents/prices.ts";
import type { CostKey, CostRow, Spending } from "../../core/reports/cost.ts";
import type { Terminal } from "../terminal.ts";
import { money, plural } from "../view/amounts.ts";
import { renderTable } from "../view/table.ts";

const ROWS_MAX = 200;

const COLUMNS = [
  { title: "ATTEMPTS", align: "right" },
  { title: "FAILED", align: "right" },
  { title: "INPUT", align: "right" },
  { title: "CACHE READ", align: "right" },
  { title: "CACHE WRITE", align: "right" },
  { title: "OUTPUT", align: "right" },
  { title: "COST", align: "right" },
  { title: "OF FAILED", align: "right" },
] as const;

/** What was used, a line a key, and all of it together. */
export function costLines(
  rows: readonly CostRow[],
  { by, total }: { readonly by: CostKey; readonly total: Spending },
  terminal: Terminal,
): string[] {
  if (rows.length === 0) return ["Nothing was attempted yet, so nothing was spent."];
  const columns = [{ title: by.toUpperCase() }, ...COLUMNS];
  const shown = rows.slice(0, ROWS_MAX).map((row) => [row.key, ...cells(row)]);
  const all = ["total", ...cells(total)];
  const [header = "", ...body] = renderTable(columns, [...shown, all], terminal.width);
  const rest = rows.length - shown.length;
  return [
    terminal.style("dim", header),
    ...body.slice(0, -1),
    ...(rest === 0 ? [] : [terminal.style("dim", `… and ${plural(rest, `more ${by}`)}`)]),
    terminal.style("bold", body.at(-1) ?? ""),
    ...untoldLines(total, terminal),
  ];
}

/** A dash stands for what nobody told. */
function cells(spending: Spending): string[] {
  const { attempts, unsuccessful, usage, withoutUsage } = spending;
  const isTold = withoutUsage < attempts;
  const tokens = (count: number): string => (isTold ? count.toLocaleString("en-US") : "–");
  return [
    String(attempts),
    String(unsuccessful),
    tokens(usage.inputTokens),
    tokens(usage.cacheReadTokens),
    tokens(usage.cacheWriteTokens),
    tokens(usage.outputTokens + usage.reasoningTokens),
    money(spending.costUsd, spending.estimatedUsd !== undefined) || "–",
    unsuccessful === 0 ? "" : money(spending.unsuccessfulUsd) || "–",
  ];
}

function untoldLines(total: Spending, terminal: Terminal): string[] {
  const { withoutCost, withoutUsage, estimatedUsd } = total;
  const reckoned = `~ holds ${money(estimatedUsd)} reckoned from tokens, at your prices or those of ${PRICES_OF}.`;
  const untold = [
    ...(withoutUsage === 0 ? [] : [`no tokens of ${plural(withoutUsage, "attempt")}`]),
    ...(withoutCost === 0 ? [] : [`no cost of ${plural(withoutCost, "attempt")}`]),
  ];
  const lines = [
    ...(estimatedUsd === undefined ? [] : [reckoned]),
    ...(untold.length === 0
      ? []
      : [`Agents told ${untold.join(" and ")}; these are not in the sums.`]),
  ];
  return lines.length === 0 ? [] : ["", ...lines.map((line) => terminal.style("dim", line))];
}
