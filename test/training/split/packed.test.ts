import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packSplit, unpackSplit } from '../../../src/training/split/packed.ts';
import { splitAtRandom } from '../../../src/training/split/random.ts';
import { firstRows } from '../../features/columns.ts';

const NAMES = [null, 'training', 'validation', 'test'] as const;

function partsOf(names: readonly (typeof NAMES)[number][]) {
  const rowsOf = (part: string) => Int32Array.from(names.flatMap((name, row) => (name === part ? [row] : [])));
  return { training: rowsOf('training'), validation: rowsOf('validation'), test: rowsOf('test') };
}

describe('a packed split', () => {
  it('has the split of every row', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...NAMES), { maxLength: 50 }), (names) => {
        const packed = packSplit(partsOf(names), names.length);
        const partOf = unpackSplit(packed);
        expect(names.map((_, row) => partOf(row))).toEqual(names);
        expect(packed).toMatchObject({
          rows: names.length,
          training: names.filter((name) => name === 'training').length,
          validation: names.filter((name) => name === 'validation').length,
          test: names.filter((name) => name === 'test').length,
        });
      }),
    );
  });

  it('has an id that differs with the splits and with the rows', () => {
    const ids = [
      packSplit(partsOf(['training', 'test']), 2),
      packSplit(partsOf(['test', 'training']), 2),
      packSplit(partsOf(['training', 'test']), 3),
    ].map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
    expect(packSplit(partsOf(['training', 'test']), 2).id).toBe(ids[0]);
  });

  it('of a million rows drawn at random has less than 165 kB', () => {
    const rows = 1_000_000;
    const packed = packSplit(splitAtRandom(firstRows(rows), { validation: 0.15, test: 0.15 }, 1), rows);
    expect(packed.parts.length).toBeLessThan(165_000);
  });
});
