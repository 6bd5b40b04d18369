import { describe, expect, it } from 'vitest';
import { wrap } from '../../../src/cli/terminal/wrap.ts';

describe('wrap', () => {
  it('breaks lines at blanks, and where the text has a break', () => {
    expect(wrap('one two three\nfour', 7)).toEqual(['one two', 'three', 'four']);
  });

  it('leaves a long word whole', () => {
    expect(wrap('a trainyard b', 4)).toEqual(['a', 'trainyard', 'b']);
  });
});
