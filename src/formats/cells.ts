/**
 * How a cell becomes a value, by the same rules by which datasets are read. JSON values come with their type, so that "37" is no number;
 * cells of a text file are all text.
 */

import { parseBoolean } from './booleans.ts';
import { DEFAULT_NULL_VALUES } from './nullValues.ts';
import { numberReader } from './numbers.ts';
import type { ParseOptions } from './parseOptions.ts';
import { parseTime } from './times.ts';

/** A number (a boolean is 0 or 1, a time milliseconds since 1970); NaN is missing, undefined is a wrong type. */
type NumberReader = (cell: unknown) => number | undefined;
/** A category; null is missing, undefined is a wrong type. */
type CategoryReader = (cell: unknown) => string | null | undefined;

export interface CellReaders {
  readonly numeric: NumberReader;
  readonly boolean: NumberReader;
  readonly datetime: NumberReader;
  readonly categorical: CategoryReader;
}

const DEFAULT_NULL_MARKS = missingMarks(DEFAULT_NULL_VALUES);
/** The forms of `datasets/ingest/forms.ts` that differ from others by the day alone, which comes first. */
const DAY_FIRST: readonly string[] = ['%d/%m/%Y', '%d-%m-%Y', '%d/%m/%y'];
/** The farthest time that JavaScript's Date can hold, in milliseconds. */
const MAX_TIME_MS = 8.64e15;

/** Cells of JSON rows. */
export function jsonCells(readAs: ParseOptions = {}): CellReaders {
  return readersOf(readAs, (cell) => (typeof cell === 'number' && Number.isFinite(cell) ? cell : undefined));
}

/** Cells of text that stands between delimiters. */
export function textCells(delimiter: string, readAs: ParseOptions = {}): CellReaders {
  const readNumber = numberReader(delimiter, readAs.form);
  return readersOf(readAs, (cell) => (typeof cell === 'string' ? readNumber(cell.trim()) : undefined));
}

function readersOf({ form = '', nullValues }: ParseOptions, numeric: NumberReader): CellReaders {
  const marks = nullValues === undefined ? DEFAULT_NULL_MARKS : missingMarks(nullValues);
  const dayFirst = DAY_FIRST.includes(form);
  const orMissing =
    (read: NumberReader): NumberReader =>
    (cell) =>
      isMissing(cell, marks) ? Number.NaN : read(cell);
  return {
    numeric: orMissing(numeric),
    boolean: orMissing(readBooleanCell),
    datetime: orMissing((cell) => readTimeCell(cell, dayFirst)),
    categorical: (cell) => (isMissing(cell, marks) ? null : readCategory(cell)),
  };
}

function missingMarks(nullValues: readonly string[]): ReadonlySet<string> {
  return new Set(['', ...nullValues.map((mark) => mark.trim())]);
}

/** Whether a cell says that there is no value; a number may, as -999 does in some files. */
function isMissing(cell: unknown, marks: ReadonlySet<string>): boolean {
  if (cell === undefined || cell === null) return true;
  return (typeof cell === 'string' || typeof cell === 'number') && marks.has(String(cell).trim());
}

function readBooleanCell(cell: unknown): number | undefined {
  if (cell === true || cell === 1) return 1;
  if (cell === false || cell === 0) return 0;
  return typeof cell === 'string' ? parseBoolean(cell) : undefined;
}

/** A number is milliseconds since 1970. */
function readTimeCell(cell: unknown, dayFirst: boolean): number | undefined {
  if (typeof cell === 'number') return Math.abs(cell) <= MAX_TIME_MS ? cell : undefined;
  return typeof cell === 'string' ? parseTime(cell.trim(), dayFirst) : undefined;
}

function readCategory(cell: unknown): string | undefined {
  if (typeof cell === 'string') return cell;
  return typeof cell === 'number' || typeof cell === 'boolean' ? String(cell) : undefined;
}
