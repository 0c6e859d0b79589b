/** Runs one piece of work at a time, in the order of asking. */
export type Exclusive = <T>(work: () => Promise<T>) => Promise<T>;

/** An `Exclusive` of its own; a failure reaches only the one whose work it was. */
export function createExclusive(): Exclusive {
  let last: Promise<unknown> = Promise.resolve();
  return async (work) => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };
}
