/**
 * How a cell becomes a value, by the same rules by which datasets are read. JSON values come with their type, so that "37" is no number;
 * cells of a text file are all text.
 */
import { DEFAULT_NULL_VALUES } from '../../datasets/missing.ts';
import { readBoolean } from '../../kit/booleans.ts';
import { readTime } from '../../kit/times.ts';
import { numberReader } from './numbers.ts';

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

const MISSING_MARKS = new Set<string>(['', ...DEFAULT_NULL_VALUES]);
/** The farthest time that JavaScript's Date can hold, in milliseconds. */
const FARTHEST_TIME_MS = 8.64e15;

const typedCells = {
  boolean: orMissing(readBooleanCell),
  datetime: orMissing(readTimeCell),
  categorical: readCategory,
};

/** Cells of JSON rows. */
export const jsonCells: CellReaders = {
  ...typedCells,
  numeric: orMissing((cell) => (typeof cell === 'number' && Number.isFinite(cell) ? cell : undefined)),
};

/** Cells of text that stands between delimiters. */
export function textCells(delimiter: string): CellReaders {
  const readNumber = numberReader(delimiter);
  const numeric = orMissing((cell) => (typeof cell === 'string' ? readNumber(cell.trim()) : undefined));
  return { ...typedCells, numeric };
}

/** Whether a cell says that there is no value. */
function isMissing(cell: unknown): boolean {
  return cell === undefined || cell === null || (typeof cell === 'string' && MISSING_MARKS.has(cell.trim()));
}

function orMissing(read: NumberReader): NumberReader {
  return (cell) => (isMissing(cell) ? Number.NaN : read(cell));
}

function readBooleanCell(cell: unknown): number | undefined {
  if (cell === true || cell === 1) return 1;
  if (cell === false || cell === 0) return 0;
  return typeof cell === 'string' ? readBoolean(cell) : undefined;
}

/** A number is milliseconds since 1970. */
function readTimeCell(cell: unknown): number | undefined {
  if (typeof cell === 'number') return Math.abs(cell) <= FARTHEST_TIME_MS ? cell : undefined;
  return typeof cell === 'string' ? readTime(cell.trim()) : undefined;
}

function readCategory(cell: unknown): string | null | undefined {
  if (isMissing(cell)) return null;
  if (typeof cell === 'string') return cell;
  return typeof cell === 'number' || typeof cell === 'boolean' ? String(cell) : undefined;
}
