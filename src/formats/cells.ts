/**
 * Reads the cells of rows to predict. JSON values have a type, so "37" is not a number; cells of
 * delimited text are all text. `docs/formats.md` lists the cells that ingestion reads differently.
 */
import { columnTypes, type NumberType, type WordType } from './columnTypes.ts';
import { DEFAULT_NULL_VALUES } from './nullValues.ts';
import type { ParseOptions } from './parseOptions.ts';
import type { NumberReader, WordReader } from './types/columnType.ts';

/** The readers of a column's cells, by the type that the model reads the column as. */
export interface CellReaders {
  readonly numbers: (type: NumberType) => NumberReader;
  readonly words: (type: WordType) => WordReader;
}

const DEFAULT_MARKS = missingMarks(DEFAULT_NULL_VALUES);

/** Cells of JSON rows. */
export function jsonCells(readAs: ParseOptions = {}): CellReaders {
  return readersOf(null, readAs);
}

/** Cells of delimited text. */
export function textCells(delimiter: string, readAs: ParseOptions = {}): CellReaders {
  return readersOf(delimiter, readAs);
}

function readersOf(delimiter: string | null, { form = '', nullValues }: ParseOptions): CellReaders {
  const marks = nullValues === undefined ? DEFAULT_MARKS : missingMarks(nullValues);
  const source = { delimiter, form };
  return {
    numbers(type) {
      const read = columnTypes[type].reader(source);
      return (cell) => (isMissing(cell, marks) ? Number.NaN : read(cell));
    },
    words(type) {
      const read = columnTypes[type].reader();
      return (cell) => (isMissing(cell, marks) ? null : read(cell));
    },
  };
}

function missingMarks(nullValues: readonly string[]): ReadonlySet<string> {
  return new Set(['', ...nullValues.map((mark) => mark.trim())]);
}

/** Whether a cell means "missing". A number may, as -999 does in some files. */
function isMissing(cell: unknown, marks: ReadonlySet<string>): boolean {
  if (cell === undefined || cell === null) return true;
  return (typeof cell === 'string' || typeof cell === 'number') && marks.has(String(cell).trim());
}
