import { describe, expect, it } from 'vitest';
import { jsonCells, textCells } from '../../src/formats/cells.ts';

const time = (text: string) => Date.parse(text);

describe('a cell of text', () => {
  it.each([
    [',', '37', 37],
    [',', ' -1.5e3 ', -1500],
    [',', '+.5', 0.5],
    [',', '1,234,567.5', 1234567.5],
    [',', '6,4', 6.4],
    [';', '6,4', 6.4],
    [';', '1,234', 1.234],
    [';', '1.234.567,5', 1234567.5],
    [',', '0x10', undefined],
    [',', 'Infinity', undefined],
    [',', '1e999', undefined],
    [',', '12 apples', undefined],
  ])('between %j: %j is the number %j', (delimiter, cell, number) => {
    expect(textCells(delimiter).numbers('numeric')(cell)).toBe(number);
  });

  it.each(['', ' ', 'NA', 'NaN', 'null', 'NULL', '?', ' ? '])('%j is missing in a column of any type', (cell) => {
    const { numbers, words } = textCells(',');
    const readers = [numbers('numeric'), numbers('boolean'), numbers('datetime'), words('categorical')];
    expect(readers.map((read) => read(cell))).toEqual([Number.NaN, Number.NaN, Number.NaN, null]);
  });

  it.each([
    ['2024-02-03', '2024-02-03'],
    ['2024-02-03 04:05:06', '2024-02-03T04:05:06Z'],
    ['2024-02-03T04:05:06.5+02:00', '2024-02-03T02:05:06.5Z'],
    ['2/3/2024', '2024-02-03'],
    ['13/2/2024', '2024-02-13'],
    ['02-03-2024 4:05 PM', '2024-02-03T16:05Z'],
    ['3.2.2024', '2024-02-03'],
    ['3.2.99 04:05', '1999-02-03T04:05Z'],
    ['2024/02/03', '2024-02-03'],
    ['3 Feb 2024', '2024-02-03'],
    ['3-Feb-2024', '2024-02-03'],
    ['February 3, 2024', '2024-02-03'],
  ])('%j is the time %s', (cell, iso) => {
    expect(textCells(',').numbers('datetime')(cell)).toBe(time(iso));
  });

  it.each(['epoch', 'May', '31.2.2024', '2024', '1/1/2024 noon', '25:00'])('%j is not a time', (cell) => {
    expect(textCells(',').numbers('datetime')(cell)).toBeUndefined();
  });
});

describe('a cell of a column with a known format', () => {
  it.each([
    ['decimalComma', ',', '1,234', 1.234],
    ['thousandsPoint', ';', '1.234', 1234],
    ['thousandsComma', ';', '1,234', 1234],
    ['thousandsPoint', ';', '0.5', 0.5],
  ])('%s, between %j: %j is the number %j', (form, delimiter, cell, number) => {
    expect(textCells(delimiter, { form }).numbers('numeric')(cell)).toBe(number);
  });

  it.each([
    ['%d/%m/%Y', '3/2/2024', '2024-02-03'],
    ['%d-%m-%Y', '03-02-2024 04:05', '2024-02-03T04:05Z'],
    ['%d/%m/%y', '3/2/24', '2024-02-03'],
    ['%d/%m/%Y', '2/13/2024', '2024-02-13'],
    ['%m/%d/%Y', '3/2/2024', '2024-03-02'],
  ])('%s: %j is the time %s, also in JSON', (form, cell, iso) => {
    expect(textCells(',', { form }).numbers('datetime')(cell)).toBe(time(iso));
    expect(jsonCells({ form }).numbers('datetime')(cell)).toBe(time(iso));
  });

  it('is missing for the own marks of the dataset only', () => {
    const { numbers, words } = textCells(',', { nullValues: ['-999', 'none'] });
    const [numeric, categorical] = [numbers('numeric'), words('categorical')];
    expect([numeric('-999'), categorical('none'), categorical('NA'), numeric('')]).toEqual([
      Number.NaN,
      null,
      'NA',
      Number.NaN,
    ]);
    expect(jsonCells({ nullValues: ['-999'] }).numbers('numeric')(-999)).toBeNaN();
  });
});

describe('a cell of JSON', () => {
  it('has the type of its JSON value', () => {
    expect([
      jsonCells().numbers('numeric')(37),
      jsonCells().numbers('numeric')('37'),
      jsonCells().numbers('numeric')(true),
    ]).toEqual([37, undefined, undefined]);
    expect([
      jsonCells().numbers('boolean')(true),
      jsonCells().numbers('boolean')('No'),
      jsonCells().numbers('boolean')(2),
    ]).toEqual([1, 0, undefined]);
    expect([
      jsonCells().words('categorical')(7),
      jsonCells().words('categorical')(true),
      jsonCells().words('categorical')({}),
    ]).toEqual(['7', 'true', undefined]);
    expect([jsonCells().numbers('datetime')(86_400_000), jsonCells().numbers('datetime')(1e300)]).toEqual([
      86_400_000,
      undefined,
    ]);
  });
});
