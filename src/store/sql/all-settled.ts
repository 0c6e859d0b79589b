/**
 * The results of statements that travel together. Unlike `Promise.all`, waits for every one also
 * when one fails: what comes next on the connection must find it quiet.
 */
export async function allSettled<T extends readonly unknown[]>(promises: {
  readonly [K in keyof T]: Promise<T[K]>;
}): Promise<T> {
  const results = await Promise.allSettled<unknown>(promises);
  // The first failure is the cause; a database refuses those after it for its sake.
  const failed = results.find((result) => result.status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- None was rejected.
  return results.map((result) => (result as PromiseFulfilledResult<unknown>).value) as unknown as T;
}
