/** Random choices that a seed reproduces. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  chance(probability: number): boolean;
  between(least: number, most: number): number;
  /** Throws for an empty list. */
  pick<Item>(items: readonly Item[]): Item;
  /** With the frequencies given by the weights. Throws for an empty list. */
  pickWeighted<Item>(items: readonly (readonly [number, Item])[]): Item;
}

/** Mulberry32 of Tommy Ettinger. */
export function createRandom(seed: number): Random {
  let state = seed | 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const pick = <Item>(items: readonly Item[]): Item => {
    if (items.length === 0) throw new RangeError('The list is empty.');
    return items[Math.floor(next() * items.length)];
  };
  return {
    next,
    pick,
    chance: (probability) => next() < probability,
    between: (least, most) => least + next() * (most - least),
    pickWeighted(items) {
      const sums = items.map((_, index) => items.slice(0, index + 1).reduce((sum, [weight]) => sum + weight, 0));
      const point = next() * (sums.at(-1) ?? 0);
      const index = sums.findIndex((sum) => point < sum);
      if (index === -1) throw new RangeError('The list is empty.');
      return items[index][1];
    },
  };
}
