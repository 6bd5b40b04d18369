import { describe, expect, it } from 'vitest';
import { shorten, table } from '../../../src/cli/terminal/table.ts';

const COLUMNS = [
  { title: '' },
  { title: 'training', align: 'right' as const },
  { title: 'test', align: 'right' as const },
];
const ROWS = [
  ['loss', '0.4001', '0.4201'],
  ['accuracy', '0.8112', ''],
];

describe('table', () => {
  it('aligns columns under their titles', () => {
    expect(table(COLUMNS, ROWS, { unicode: true })).toBe(`\
          training    test
────────  ────────  ──────
loss        0.4001  0.4201
accuracy    0.8112
`);
  });

  it('needs no more than ASCII', () => {
    expect(table([{ title: 'a' }], [['long'], ['b']], { unicode: false })).toBe('a\n----\nlong\nb\n');
  });

  it('counts letters, not their encoding', () => {
    expect(table([{ title: 'x' }, { title: 'y' }], [['größe', '1']], { unicode: false })).toContain('größe  1');
  });
});

describe('shorten', () => {
  it('shortens text to its width and marks it', () => {
    expect(shorten('Iris-setosa', 11)).toBe('Iris-setosa');
    expect(shorten('Iris-versicolor', 12)).toBe('Iris-versi..');
  });
});
