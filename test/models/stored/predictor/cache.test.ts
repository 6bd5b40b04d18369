import { describe, expect, it } from 'vitest';
import { createCache } from '../../../../src/models/stored/predictor/cache.ts';

describe('the cache of models', () => {
  it('throws out what was not used for the longest time when all are too heavy together', () => {
    const cache = createCache<string>(10);
    cache.put('a', 'A', 4);
    cache.put('b', 'B', 4);
    cache.get('a');
    cache.put('c', 'C', 4);
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual(['A', undefined, 'C']);
  });

  it('forgets what is dropped, and what is too heavy by itself', () => {
    const cache = createCache<string>(10);
    cache.put('a', 'A', 4);
    cache.drop('a');
    cache.put('huge', 'H', 11);
    expect([cache.get('a'), cache.get('huge')]).toEqual([undefined, undefined]);
  });

  it('counts a value that is put twice once', () => {
    const cache = createCache<string>(10);
    for (let i = 0; i < 5; i++) cache.put('a', `A${i}`, 4);
    cache.put('b', 'B', 4);
    expect([cache.get('a'), cache.get('b')]).toEqual(['A4', 'B']);
  });
});
