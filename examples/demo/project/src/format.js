/** A price for a receipt. */
export function format(cents) {
  throw new Error(`not written yet: ${cents}`);
}
