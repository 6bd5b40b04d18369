import { describe, expect, it } from 'vitest';
import { decodeNumber, encodeTarget, fitClasses, fitNumber, rowsWithTarget } from '../../src/features/target.ts';
import { firstRows, numbers, words } from './columns.ts';

describe('a target', () => {
  it('of words has its classes in order', () => {
    const column = words('y', ['b', 'a', 'b', null]);
    const rows = rowsWithTarget(column, 'classes');
    expect([...rows]).toEqual([0, 1, 2]);
    const target = fitClasses(column, rows);
    expect(target.classes).toEqual(['a', 'b']);
    expect([...encodeTarget(target, column, rows)]).toEqual([1, 0, 1]);
  });

  it('of numbers has classes in the order of the numbers', () => {
    expect(fitClasses(numbers('y', [10, 9, 2]), firstRows(3)).classes).toEqual(['2', '9', '10']);
  });

  it('of booleans has the classes false and true', () => {
    expect(fitClasses(numbers('y', [1, 0], 'boolean'), firstRows(2)).classes).toEqual(['false', 'true']);
  });

  it('of booleans has the words of its file, and encodes those of another file alike', () => {
    const column = { ...numbers('y', [1, 0, null], 'boolean'), words: ['false', 'TRUE'] as const };
    const target = fitClasses(column, firstRows(2));
    expect(target.classes).toEqual(['false', 'TRUE']);
    for (const other of [column, numbers('y', [1, 0, null], 'boolean'), { ...column, words: ['No', 'Yes'] as const }])
      expect([...encodeTarget(target, other, firstRows(3))]).toEqual([1, 0, Number.NaN]);
    expect([...encodeTarget(target, words('y', ['TRUE', 'false', 'other']), firstRows(3))]).toEqual([1, 0, Number.NaN]);
  });

  it('preserves words byte for byte, composed or not', () => {
    const labels = ['é', 'e\u0301', '\u{1F600}', 'İ'];
    expect(new Set(fitClasses(words('y', labels), firstRows(4)).classes)).toEqual(new Set(labels));
  });

  it('of numbers is standardized and decoded', () => {
    const column = numbers('y', [1, 2, 3, null, Number.POSITIVE_INFINITY]);
    const rows = rowsWithTarget(column, 'number');
    expect([...rows]).toEqual([0, 1, 2]);
    const target = fitNumber(column, rows);
    const encoded = encodeTarget(target, column, rows);
    expect(encoded[1]).toBe(0);
    expect(decodeNumber(target, encoded[2])).toBeCloseTo(3, 12);
  });

  it('of numbers has the deviation of its ordinary numbers, whatever outliers it has', () => {
    const ordinary = Array.from({ length: 100 }, (_, row) => Math.sin(row));
    const { mean, deviation } = fitNumber(numbers('y', ordinary), firstRows(100));
    const target = fitNumber(numbers('y', [...ordinary, 400, -300]), firstRows(102));
    expect(target.deviation).toBeLessThan(5 * deviation);
    expect(Math.abs(target.mean - mean)).toBeLessThan(deviation);
  });

  it.each([1e6, 1e30, 1e308])('of numbers stays a float32 when it is squared, also if one is %d', (outlier) => {
    const column = numbers('y', [...Array.from({ length: 99 }, (_, row) => row), outlier, -outlier]);
    const target = fitNumber(column, firstRows(101));
    for (const value of encodeTarget(target, column, firstRows(101))) expect(Math.abs(value)).toBeLessThan(1001);
    expect(Number.isFinite(target.deviation)).toBe(true);
  });

  it('is NaN for an unknown class', () => {
    const target = fitClasses(words('y', ['a', 'b']), firstRows(2));
    expect([...encodeTarget(target, words('y', ['c', null]), firstRows(2))]).toEqual([Number.NaN, Number.NaN]);
  });
});
