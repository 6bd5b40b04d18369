import { describe, expect, it } from 'vitest';
import { closest, didYouMean } from '../../src/kit/contract/closest.ts';

const FIELDS = ['learningRate', 'momentum', 'nesterov', 'weightDecay', 'lr'];

describe('closest', () => {
  it.each([
    ['momentun', 'momentum'],
    ['mometnum', 'momentum'],
    ['momentm', 'momentum'],
    ['momentuum', 'momentum'],
    ['learning_rate', 'learningRate'],
    ['LEARNINGRATE', 'learningRate'],
    ['weight-decay', 'weightDecay'],
    ['LR', 'lr'],
  ])('finds for %s %s', (word, known) => {
    expect(closest(word, FIELDS)).toBe(known);
  });

  it.each(['', 'ls', 'epochs', 'mom', '__proto__', 'x'.repeat(1_000_000)])('finds nothing for %.20s', (word) => {
    expect(closest(word, FIELDS)).toBeUndefined();
  });

  it('prefers the word with the fewest edits, then the first', () => {
    expect(closest('colunm', ['columns', 'column', 'col'])).toBe('column');
    expect(closest('gamme', ['gamma', 'game'])).toBe('gamma');
  });
});

it('has no question if nothing is close', () => {
  expect(didYouMean('relu6', ['relu'])).toBe(' Did you mean `relu`?');
  expect(didYouMean('softmax', ['relu'])).toBe('');
});
