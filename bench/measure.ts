/** The middle value; of an even number, the upper middle. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** Medians in milliseconds of each piece of work, taken in turns so that all meet the same machine. */
export async function interleaved<Name extends string>(
  rounds: number,
  work: Readonly<Record<Name, () => void | Promise<void>>>,
): Promise<Record<Name, number>> {
  const names = Object.keys(work) as Name[];
  const tookMs = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) {
      const startedMs = performance.now();
      await work[name]();
      tookMs.get(name)?.push(performance.now() - startedMs);
    }
  }
  const medians = names.map((name) => [name, median(tookMs.get(name) ?? [])]);
  return Object.fromEntries(medians) as Record<Name, number>;
}
