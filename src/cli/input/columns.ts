import { parse } from 'csv-parse/sync';
import { didYouMean } from '../../kit/contract/closest.ts';
import { CommandError } from '../command/failures.ts';
import type { Input } from './input.ts';

/** The delimiters that the service detects. */
const DELIMITERS = [',', ';', '\t', '|'];
/** The header is certain if this many records have as many values as it has. */
const RECORDS_COMPARED = 100;
const MAX_SHOWN = 12;

type Head = Pick<Input, 'label' | 'format' | 'head' | 'isWhole'>;

/**
 * Throws CommandError for a wanted column that the table certainly does not have. Does nothing if
 * the beginning of the file is not conclusive: the service reads the whole file and decides.
 */
export function refuseUnknownColumns(
  input: Head,
  expected: readonly (readonly [flag: string, column: unknown])[],
): void {
  const columns = columnsOf(input);
  if (columns === null) return;
  for (const [flag, column] of expected) {
    if (typeof column !== 'string' || isPossible(column, columns)) continue;
    const shown = columns.slice(0, MAX_SHOWN).join(', ') + (columns.length > MAX_SHOWN ? ', …' : '');
    throw new CommandError(
      'unknown_column',
      `${flag} ${column}: ${input.label} has no such column.${didYouMean(column, columns)} Its columns: ${shown}.`,
    );
  }
}

/** The service names an unnamed column `column3`, and a repeated name `price_2`. */
function isPossible(column: string, columns: readonly string[]): boolean {
  return columns.includes(column) || /^column\d+$/.test(column) || columns.includes(column.replace(/_\d+$/, ''));
}

/** The names of all columns; null if the beginning of the file does not determine them. */
export function columnsOf({ format, head, isWhole }: Omit<Head, 'label'>): readonly string[] | null {
  const text = textOf(head);
  if (text === null || format === 'parquet') return null;
  try {
    if (format === 'csv' || format === 'tsv') return headerOf(text, format, isWhole);
    return isWhole ? keysOf(format === 'json' ? JSON.parse(text) : rowsOf(text)) : null;
  } catch {
    return null;
  }
}

/** Null if it is not UTF-8. The last character may be incomplete. */
function textOf(head: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
  } catch {
    return null;
  }
}

function headerOf(text: string, format: 'csv' | 'tsv', isWhole: boolean): readonly string[] | null {
  const [firstLine = ''] = text.split(/\r?\n/, 1);
  const found = format === 'tsv' ? ['\t'] : DELIMITERS.filter((delimiter) => firstLine.includes(delimiter));
  if (found.length !== 1) return null;
  const records: string[][] = parse(text, { delimiter: found, to: RECORDS_COMPARED + 1, relaxColumnCount: true });
  // The last record may be incomplete.
  const whole = isWhole || records.length > RECORDS_COMPARED ? records : records.slice(0, -1);
  const [header, ...rows] = whole;
  if (rows.length === 0 || whole.some(({ length }) => length !== header.length)) return null;
  const names = header.map((name) => name.trim());
  return names.every((name) => name !== '' && Number.isNaN(Number(name))) ? names : null;
}

function rowsOf(text: string): unknown {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => JSON.parse(line));
}

/** The keys of all rows; null if it is not an array of objects. */
function keysOf(rows: unknown): readonly string[] | null {
  if (!Array.isArray(rows) || rows.length === 0 || !rows.every(isObject)) return null;
  return [...new Set(rows.flatMap((row: object) => Object.keys(row)))];
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
