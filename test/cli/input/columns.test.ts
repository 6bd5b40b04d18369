import { tmpdir } from 'node:os';
import { PassThrough, Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { columnsOf, refuseUnknownColumns } from '../../../src/cli/input/columns.ts';
import type { FormatName } from '../../../src/cli/input/format.ts';
import { openInput } from '../../../src/cli/input/input.ts';

function columns(format: FormatName, text: string, isWhole = true) {
  return columnsOf({ format, head: Buffer.from(text), isWhole });
}

describe('the columns of a table, if its beginning determines them', () => {
  it.each([
    ['csv', 'a,b\n1,2\n', ['a', 'b']],
    ['csv', '\uFEFFa;"b, c"\r\n1;2\r\n', null],
    ['csv', '\uFEFFa;b c\r\n1;2\r\n', ['a', 'b c']],
    ['csv', '"a, b",c\n1,2\n', ['a, b', 'c']],
    ['tsv', 'a,x\tb\n1\t2\n', ['a,x', 'b']],
    ['ndjson', '{"a":1}\n{"b":2}\n', ['a', 'b']],
    ['json', '[{"a":1},{"b":2}]', ['a', 'b']],
  ] as const)('%s %j: %j', (format, text, expected) => {
    expect(columns(format, text)).toEqual(expected);
  });

  it.each([
    ['several delimiters', 'csv', 'a;b,c\n1;2,3\n'],
    ['one column', 'csv', 'a\n1\n'],
    ['a title above the header', 'csv', 'Report, 2024\na,b,c\n1,2,3\n'],
    ['no header', 'csv', '1,2\n3,4\n'],
    ['a column without a name', 'csv', ',a\n0,1\n'],
    ['a header alone', 'csv', 'a,b\n'],
    ['an open quote', 'csv', 'a,"b\n1,2\n'],
    ['another encoding', 'csv', Buffer.from([0x61, 0x2c, 0xff, 0x0a, 0x31, 0x2c, 0x32, 0x0a])],
    ['rows that are not objects', 'ndjson', '[1]\n'],
    ['broken JSON', 'json', '[{"a":1}'],
    ['a Parquet file', 'parquet', 'PAR1'],
    ['nothing', 'csv', ''],
  ] as const)('are not certain with %s', (_name, format, text) => {
    expect(columnsOf({ format, head: Buffer.from(text), isWhole: true })).toBeNull();
  });

  it('are not certain from a part of NDJSON or JSON: a later row may have more', () => {
    expect(columns('ndjson', '{"a":1}\n', false)).toBeNull();
    expect(columns('json', '[{"a":1}]', false)).toBeNull();
  });

  it('are certain from a part of a CSV file, whose last line may be incomplete', () => {
    expect(columns('csv', 'a,b\n1,2\n3', false)).toEqual(['a', 'b']);
    expect(columns('csv', 'a,b', false)).toBeNull();
  });
});

describe('refuseUnknownColumns', () => {
  const refuse = (text: string, column: unknown) => () =>
    refuseUnknownColumns({ label: 'a.csv', format: 'csv', head: Buffer.from(text), isWhole: true }, [
      ['--target', column],
    ]);

  it('names the flag, the file and its columns, and a similar one', () => {
    expect(refuse('price,Area\n1,2\n', 'prise')).toThrow(
      '--target prise: a.csv has no such column. Did you mean `price`? Its columns: price, Area.',
    );
    expect(refuse('price,Area\n1,2\n', 'area')).toThrow('Did you mean `Area`?');
  });

  it('lists the first of many columns', () => {
    const names = Array.from({ length: 30 }, (_, index) => `c${index}`).join();
    expect(refuse(`${names}\n${names}\n`, 'target')).toThrow(/c11, …\.$/);
  });

  it.each(['b', 'column2', 'b_2', undefined, null, 7])('accepts %j', (column) => {
    expect(refuse('a,b,b\n1,2,3\n', column)).not.toThrow();
  });
});

describe('the beginning of standard input', () => {
  it('is decompressed, and whole if it is short', async () => {
    const input = await openInput('-', undefined, { stdin: Readable.from([gzipSync('a,b\n1,2\n')]) });
    expect(input).toMatchObject({ format: 'csv', isWhole: true, label: 'standard input' });
    expect(columnsOf(input)).toEqual(['a', 'b']);
  });

  it('is a part of a long gzip, of which no more is read', async () => {
    const packed = gzipSync(`a,b\n${'1,2\n'.repeat(30_000_000)}`);
    const input = await openInput('-', undefined, { stdin: Readable.from([packed]) });
    expect(input.isWhole).toBe(false);
    expect(input.head.length).toBe(2 ** 20);
    expect(columnsOf(input)).toEqual(['a', 'b']);
  });

  it('is empty if the gzip is damaged, which the service reports', async () => {
    const input = await openInput('-', 'csv', { stdin: Readable.from([Buffer.from([0x1f, 0x8b, 1, 2, 3])]) });
    expect(columnsOf(input)).toBeNull();
  });

  it('is not awaited after an interrupt', async () => {
    const stdin = new PassThrough();
    const interrupt = new AbortController();
    const opened = openInput('-', undefined, { stdin, signal: interrupt.signal });
    interrupt.abort();
    await expect(opened).rejects.toMatchObject({ name: 'AbortError' });
    expect(stdin.destroyed).toBe(true);
  });
});

describe('a file that is not a regular file', () => {
  it.each(['/dev/null', tmpdir()])('is refused with a way to send it: %s', async (path) => {
    await expect(openInput(path, 'csv')).rejects.toThrow(
      `${path} is not a regular file. Pass - to read standard input.`,
    );
  });
});
