import { describe, expect, it } from 'vitest';
import { datetime } from '../../src/features/columns/datetime.ts';
import { firstRows, numbers, words } from './columns.ts';

const at = (text: string) => Date.parse(text);

describe('a column of times', () => {
  it('becomes elapsed time and the cycles that differ between the rows', () => {
    const days = ['2024-01-01T00:00Z', '2024-01-02T00:00Z', '2024-01-03T00:00Z'].map(at);
    const fitted = datetime.fit(numbers('start', days, 'datetime'), firstRows(3));
    expect(fitted && datetime.inputs(fitted)).toEqual([
      'start elapsed',
      'start day sine',
      'start day cosine',
      'start weekday sine',
      'start weekday cosine',
    ]);
  });

  it('puts the end of a cycle next to its start', () => {
    const times = ['2024-01-01T00:00Z', '2024-01-01T12:00Z', '2024-01-01T23:59:59Z'].map(at);
    const column = numbers('t', times, 'datetime');
    const fitted = datetime.fit(column, firstRows(3));
    if (fitted === undefined) throw new Error('nothing was fitted');
    const width = datetime.inputs(fitted).length;
    const values = new Float64Array(3 * width);
    datetime.writer(fitted, column)(firstRows(3), { values, offset: 0, width });
    expect(values[2 * width + 1]).toBeCloseTo(values[1], 3);
    expect(values[2 * width + 2]).toBeCloseTo(values[2], 3);
    expect(values[width + 2]).toBeCloseTo(-1, 6);
  });

  it('reads times of words as UTC, and writes 0 for missing ones', () => {
    const column = words('t', ['2024-03-01', '2024-05-01 10:00', null]);
    const fitted = datetime.fit(column, firstRows(3));
    if (fitted === undefined) throw new Error('nothing was fitted');
    expect(fitted.range).toEqual([at('2024-03-01T00:00Z'), at('2024-05-01T10:00Z')]);
    const width = datetime.inputs(fitted).length;
    const values = new Float64Array(width);
    datetime.writer(fitted, column)(Int32Array.of(2), { values, offset: 0, width });
    expect([...values]).toEqual([...Array(width - 1).fill(0), 1]);
  });

  it.each([
    ['years after the training rows', '2024-01-01', '2024-01-03', '2240-01-01', 20],
    ['years before the training rows', '2024-01-01', '2024-01-03', '1840-01-01', -20],
    ['one time with missing ones', '2024-01-01', null, '2024-02-01', 20],
  ])('clamps the elapsed time as numbers are clamped: %s', (_, first, second, time, expected) => {
    const fitted = datetime.fit(words('t', [first, second]), firstRows(2));
    if (fitted === undefined) throw new Error('nothing was fitted');
    const width = datetime.inputs(fitted).length;
    const values = new Float64Array(width);
    datetime.writer(fitted, words('t', [time]))(firstRows(1), { values, offset: 0, width });
    expect(values[0]).toBe(expected);
  });

  it('reads words as the rows to predict are read, the day first between dots', () => {
    const fitted = datetime.fit(words('t', ['3.2.2024', '13.2.2024']), firstRows(2));
    expect(fitted?.range).toEqual([at('2024-02-03T00:00Z'), at('2024-02-13T00:00Z')]);
  });
});
