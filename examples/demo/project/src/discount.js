/** A price in cents less a percentage, rounded to whole cents, never below zero. */
export function discount(price, percent) {
  throw new Error(`not written yet: ${percent} % off ${price}`);
}
