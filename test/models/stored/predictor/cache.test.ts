import { describe, expect, it } from 'vitest';
import { createCache } from '../../../../src/models/stored/predictor/cache.ts';

describe('the cache of models', () => {
  it('evicts the least recently used value when all together are too large', () => {
    const cache = createCache<string>(10);
    cache.put('a', 'A', 4);
    cache.put('b', 'B', 4);
    cache.get('a');
    cache.put('c', 'C', 4);
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual(['A', undefined, 'C']);
  });

  it('does not store a dropped value, or one that is too large alone', () => {
    const cache = createCache<string>(10);
    cache.put('a', 'A', 4);
    cache.drop('a');
    cache.put('huge', 'H', 11);
    expect([cache.get('a'), cache.get('huge')]).toEqual([undefined, undefined]);
  });

  it('counts a value once that is put twice', () => {
    const cache = createCache<string>(10);
    for (let i = 0; i < 5; i++) cache.put('a', `A${i}`, 4);
    cache.put('b', 'B', 4);
    expect([cache.get('a'), cache.get('b')]).toEqual(['A4', 'B']);
  });
});
