import { describe, expect, it } from 'vitest';
import { formatNamed, formatOf, mediaTypeOf, tableName } from '../../../src/cli/input/format.ts';

describe('a file to send', () => {
  it.each([
    ['adult.csv', 'text/csv'],
    ['ADULT.CSV.GZ', 'text/csv'],
    ['a.tsv', 'text/tab-separated-values'],
    ['a.jsonl.gz', 'application/x-ndjson'],
    ['a.json', 'application/json'],
    ['a.parquet', 'application/vnd.apache.parquet'],
  ])('%s is sent as %s', (file, mediaType) => {
    expect(mediaTypeOf(formatOf(file))).toBe(mediaType);
  });

  it.each(['table', 'table.gz', 'table.xlsx'])('%s has no known format', (file) => {
    expect(() => formatOf(file)).toThrow('the format is unknown');
  });

  it('refuses an unknown format by name', () => {
    expect(formatNamed('tsv')).toBe('tsv');
    expect(() => formatNamed('xlsx')).toThrow('--format expects one of csv, tsv, ndjson, json, parquet, got "xlsx".');
  });

  it('has its name without extensions', () => {
    expect(tableName('data/new customers.csv.gz')).toBe('new customers');
    expect(tableName('v1.2.parquet')).toBe('v1.2');
  });
});
