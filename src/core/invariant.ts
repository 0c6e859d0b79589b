/** Throws when what must be true is not: a bug, never a caller's mistake. */
export function invariant(isTrue: unknown, what: string): asserts isTrue {
  if (!isTrue) throw new Error(`This must never happen: ${what}`);
}
