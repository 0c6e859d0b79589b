/**
 * Where everything that could go one way or another is decided. The same seed decides the same, and
 * whatever is left out of a run is decided in the most ordinary way: that is how a failing run shrinks.
 */
export type Choices = {
  /** Decisions of one kind; those of others do not change them. */
  readonly stream: (name: string) => Stream;
  /** The decisions that were not the ordinary ones, in the order in which they were made. */
  readonly unusual: () => readonly string[];
};

export type Stream = {
  /** `true` this often; ordinarily `false`. */
  readonly chance: (probability: number) => boolean;
  /** A whole number from 0, the ordinary one, to `count` - 1. */
  readonly below: (count: number) => number;
  /** One of them; ordinarily the first. */
  readonly pick: <T>(items: readonly [T, ...T[]]) => T;
  /** In [0, 1); ordinarily 0. */
  readonly unit: () => number;
};

/** `kept` names the unusual decisions that may still be made; without it, all may. */
export function createChoices(seed: number, kept?: ReadonlySet<string>): Choices {
  const streams = new Map<string, Stream>();
  const unusual: string[] = [];
  return {
    stream: (name) => {
      const known = streams.get(name) ?? createStream(seed, name, unusual, kept);
      streams.set(name, known);
      return known;
    },
    unusual: () => unusual,
  };
}

function createStream(
  seed: number,
  name: string,
  unusual: string[],
  kept: ReadonlySet<string> | undefined,
): Stream {
  const next = randomFrom(hashOf(`${seed}/${name}`));
  let count = 0;
  /** `isUnusual` tells of a drawn number whether it decides otherwise than 0 would. */
  const draw = (isUnusual: (drawn: number) => boolean): number => {
    const drawn = next();
    count += 1;
    if (!isUnusual(drawn)) return 0;
    const key = `${name}#${count}`;
    if (kept && !kept.has(key)) return 0;
    unusual.push(key);
    return drawn;
  };
  const below = (limit: number): number =>
    Math.floor(draw((drawn) => Math.floor(drawn * limit) > 0) * limit);
  return {
    chance: (probability) => draw((drawn) => drawn >= 1 - probability) > 0,
    below,
    pick: (items) => items[below(items.length)] ?? items[0],
    unit: () => draw(() => true),
  };
}

/** Mulberry32: small, fast, and good enough to wander everywhere. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash;
}
