/**
 * How a cell becomes a value, by the same rules by which datasets are read. JSON values come with their type, so that "37" is no number;
 * cells of a text file are all text.
 */

import { DEFAULT_NULL_VALUES } from '../../datasets/missing.ts';

/** A number (a boolean is 0 or 1, a time milliseconds since 1970); NaN is missing, undefined is a wrong type. */
export type NumberReader = (cell: unknown) => number | undefined;
/** A category; null is missing, undefined is a wrong type. */
export type CategoryReader = (cell: unknown) => string | null | undefined;

export interface CellReaders {
  readonly numeric: NumberReader;
  readonly boolean: NumberReader;
  readonly datetime: NumberReader;
  readonly categorical: CategoryReader;
}

const MISSING_MARKS = new Set<string>(['', ...DEFAULT_NULL_VALUES]);
const TRUE_WORDS = new Set(['true', 't', 'yes', 'y', '1', 'on']);
const FALSE_WORDS = new Set(['false', 'f', 'no', 'n', '0', 'off']);
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const ZONE = /[zZ]$|[+-]\d\d:?\d\d$|GMT/;
const CLOCK_TIME = /\d:\d/;
/** The farthest time that JavaScript's Date can hold, in milliseconds. */
const FARTHEST_TIME_MS = 8.64e15;

export const textCells: CellReaders = {
  numeric: orMissing((cell) => (typeof cell === 'string' ? parseNumber(cell.trim()) : undefined)),
  boolean: orMissing(readBoolean),
  datetime: orMissing(readTime),
  categorical: readCategory,
};

export const jsonCells: CellReaders = {
  numeric: orMissing((cell) => (typeof cell === 'number' && Number.isFinite(cell) ? cell : undefined)),
  boolean: orMissing(readBoolean),
  datetime: orMissing(readTime),
  categorical: readCategory,
};

/** Whether a cell says that there is no value. */
function isMissing(cell: unknown): boolean {
  return cell === undefined || cell === null || (typeof cell === 'string' && MISSING_MARKS.has(cell.trim()));
}

function orMissing(read: NumberReader): NumberReader {
  return (cell) => (isMissing(cell) ? Number.NaN : read(cell));
}

function parseNumber(text: string): number | undefined {
  const value = NUMBER.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}

function readBoolean(cell: unknown): number | undefined {
  if (cell === true || cell === 1) return 1;
  if (cell === false || cell === 0) return 0;
  if (typeof cell !== 'string') return undefined;
  const word = cell.trim().toLowerCase();
  if (TRUE_WORDS.has(word)) return 1;
  return FALSE_WORDS.has(word) ? 0 : undefined;
}

/** Text without a zone is in UTC; a number is milliseconds since 1970. */
function readTime(cell: unknown): number | undefined {
  if (typeof cell === 'number') return Math.abs(cell) <= FARTHEST_TIME_MS ? cell : undefined;
  if (typeof cell !== 'string') return undefined;
  const text = cell.trim();
  const time = Date.parse(ZONE.test(text) ? text : `${text}${CLOCK_TIME.test(text) ? 'Z' : ' UTC'}`);
  const ms = Number.isNaN(time) ? Date.parse(text) : time;
  return Number.isNaN(ms) ? undefined : ms;
}

function readCategory(cell: unknown): string | null | undefined {
  if (isMissing(cell)) return null;
  if (typeof cell === 'string') return cell;
  return typeof cell === 'number' || typeof cell === 'boolean' ? String(cell) : undefined;
}
