import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRecordReader, recordsAt } from '../../../src/formats/text/records.ts';

const splitting = { delimiter: ',', quote: '"' };

function readPieces(pieces: readonly string[], maxLength = 2 ** 20) {
  const reader = createRecordReader(splitting, maxLength);
  return [...pieces.flatMap((piece) => reader.add(piece)), ...reader.end()];
}

describe('records', () => {
  it.each([
    ['a,b\r\nc,d\re,f\ng', [['a', 'b'], ['c', 'd'], ['e', 'f'], ['g']], [1, 2, 3, 4]],
    ['"a,""b""\r\nc", "d" \n\n5" pipe,x', [['a,"b"\r\nc', 'd'], [''], ['5" pipe', 'x']], [1, 3, 4]],
    [
      'a,\n,b',
      [
        ['a', ''],
        ['', 'b'],
      ],
      [1, 2],
    ],
    ['""\n', [['']], [1]],
  ])('of %j have their cells and lines', (text, cells, lines) => {
    const records = readPieces([text]);
    expect(records.map((record) => record.cells)).toEqual(cells);
    expect(records.map(({ line }) => line)).toEqual(lines);
  });

  it('begin with #, unless the first cell is a missing value', () => {
    const records = readPieces(['# note\n  #1,2\n#N/A,3\n #N/A\n"# quoted",4\n']);
    expect(records.map(({ hasHash }) => hasHash)).toEqual([true, true, false, false, false]);
  });

  it.each([
    ['a\n"b\nc', 'Line 2 has a quote that is not closed'],
    ['a\nb,"c"d\n', 'Line 2 has text after a closing quote'],
  ])('of %j are refused with the line', (text, words) => {
    expect(() => readPieces([text])).toThrow(words);
  });

  it('longer than the limit are refused with the line', () => {
    expect(() => readPieces(['a\n"', 'b\n'.repeat(100), 'x'], 100)).toThrow('The row at line 2 is longer');
  });

  it('are the same however the text is cut', () => {
    const characters = fc.string({ unit: fc.constantFrom('a', ',', '"', '""', '\r', '\n', '\r\n', ' ', ',"', '",') });
    fc.assert(
      fc.property(characters, fc.array(fc.nat(40)), (text, cuts) => {
        const places = [0, ...cuts.filter((cut) => cut < text.length).toSorted((a, b) => a - b), text.length];
        const pieces = places.slice(1).map((place, i) => text.slice(places[i], place));
        const whole = outcome(() => [...recordsAt(text, splitting, true)]);
        expect(outcome(() => readPieces(pieces))).toEqual(whole);
      }),
      { numRuns: 2000 },
    );
  });

  it('of many lines in one cell are read in linear work', () => {
    const searched: number[] = [];
    const reader = createRecordReader(splitting, 2 ** 24);
    reader.add('"');
    for (let i = 0; i < 4000; i++) searched.push(reader.add('""\n'.repeat(300)).length);
    expect(searched.every((found) => found === 0)).toBe(true);
    expect(reader.add('"\n')).toEqual([]);
    expect(reader.end()).toHaveLength(1);
  });
});

function outcome<Value>(work: () => Value): Value | string {
  try {
    return work();
  } catch (error) {
    return String(error);
  }
}
