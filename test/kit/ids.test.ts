import { describe, expect, it } from 'vitest';
import { newId } from '../../src/kit/ids.ts';

describe('newId', () => {
  it('sorts by time', () => {
    const ids = [newId('job', 1_800_000_000_000), newId('job', 1_800_000_000_001), newId('job', 1_900_000_000_000)];
    expect(ids.toSorted()).toEqual(ids);
  });

  it('preserves the order and stays distinct within a millisecond', () => {
    const ids = Array.from({ length: 10_000 }, () => newId('ds', 1_950_000_000_000));
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('preserves the order when the clock is set back', () => {
    const later = newId('mdl', 1_960_000_000_000);
    expect(newId('mdl', 1_955_000_000_000) > later).toBe(true);
  });

  it('is its prefix and 26 letters', () => {
    expect(newId('key')).toMatch(/^key_[0-9a-z]{26}$/);
  });
});
