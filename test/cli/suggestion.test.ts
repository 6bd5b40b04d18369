import { describe, expect, it } from 'vitest';
import { didYouMean } from '../../src/cli/suggestion.ts';

describe('didYouMean', () => {
  const flags = ['--target', '--task', '--name'];

  it.each([
    ['--targt', ' Did you mean --target?'],
    ['--TARGET', ' Did you mean --target?'],
    ['--tasks', ' Did you mean --task?'],
    ['--learning-rate', ''],
    [undefined, ''],
    ['', ''],
  ])('%s: %j', (name, text) => {
    expect(didYouMean(name, flags)).toBe(text);
  });

  it('suggests nothing where every letter differs', () => {
    expect(didYouMean('z', ['x', 'y'])).toBe('');
    expect(didYouMean('ag', ['age'])).toBe(' Did you mean age?');
    expect(didYouMean('age', [])).toBe('');
  });
});
