/** Runs one piece of work at a time, in the order of asking. */
export type Exclusive = <T>(work: () => Promise<T>) => Promise<T>;

/** An `Exclusive` of its own; a failure reaches only the one whose work it was. */
export function createExclusive(): Exclusive {
  const byKey = createExclusiveByKey();
  return async (work) => byKey("", work);
}

/** One piece of work at a time for each key; those of different keys go on side by side. */
export type ExclusiveByKey = <T>(key: string, work: () => Promise<T>) => Promise<T>;

/** An `ExclusiveByKey` of its own, which remembers no key that nobody uses. */
export function createExclusiveByKey(): ExclusiveByKey {
  const lasts = new Map<string, Promise<unknown>>();
  return async (key, work) => {
    const mine = (lasts.get(key) ?? Promise.resolve()).then(work);
    const settled = mine.catch(() => undefined);
    lasts.set(key, settled);
    try {
      return await mine;
    } finally {
      if (lasts.get(key) === settled) lasts.delete(key);
    }
  };
}
