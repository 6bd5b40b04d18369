import { describe, expect, it } from 'vitest';
import { formatOf, tableName } from '../../src/cli/files.ts';

describe('a file to send', () => {
  it.each([
    ['adult.csv', 'text/csv', false],
    ['ADULT.CSV.GZ', 'text/csv', true],
    ['a.tsv', 'text/tab-separated-values', false],
    ['a.jsonl.gz', 'application/x-ndjson', true],
    ['a.json', 'application/json', false],
    ['a.parquet', 'application/vnd.apache.parquet', false],
  ])('%s goes over the wire as %s', (file, mediaType, isGzipped) => {
    expect(formatOf(file)).toEqual({ mediaType, isGzipped });
  });

  it.each(['table', 'table.gz', 'table.xlsx'])('%s tells no format', (file) => {
    expect(() => formatOf(file)).toThrow('the name has to tell the format');
  });

  it('is called after its name without endings', () => {
    expect(tableName('data/new customers.csv.gz')).toBe('new customers');
    expect(tableName('v1.2.parquet')).toBe('v1.2');
  });
});
