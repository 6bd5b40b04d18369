import { describe, expect, it } from 'vitest';
import { csvLine } from '../../../src/models/predict/csvText.ts';

describe('csvLine for spreadsheets', () => {
  const lineOf = (cell: string, spreadsheet: boolean) => csvLine([cell], { delimiter: ',', spreadsheet });

  it.each(['=1+1', '+A1', '-A1', '@SUM(A1)', '\tA1'])('puts an apostrophe before %j, which could run', (cell) => {
    expect(lineOf(cell, true).replaceAll('"', '')).toBe(`'${cell}\n`);
    expect(lineOf(cell, false).replaceAll('"', '')).toBe(`${cell}\n`);
  });

  it.each(['-1.5', '+2e3', 'A1', '<b>'])('leaves %j as it is', (cell) => {
    expect(lineOf(cell, true)).toBe(`${cell}\n`);
  });
});
