/** The sum of prices in cents. */
export function sum(prices) {
  throw new Error(`not written yet: sum of ${prices.length} prices`);
}
