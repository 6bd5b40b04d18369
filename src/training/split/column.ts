import { asCategories } from '../../features/casts.ts';
import { ServiceError } from '../../kit/errors.ts';
import type { Column } from '../../kit/table.ts';
import type { Warning } from '../../kit/warning.ts';
import type { PartName, SplitRows } from './parts.ts';
import { partsOf } from './parts.ts';

const PART_OF_WORD: Readonly<Record<string, PartName>> = {
  train: 'training',
  training: 'training',
  val: 'validation',
  valid: 'validation',
  validation: 'validation',
  test: 'test',
};
/** Unknown words that an error names. */
const NAMED_WORDS = 5;

/** The parts that a column names. Throws `invalid_spec` when it has other words; rows without a word are left out. */
export function splitByColumn(rows: Int32Array, column: Column): SplitRows {
  const { codes, categories } = asCategories(column);
  const names = categories.map((word) => PART_OF_WORD[word.trim().toLowerCase()]);
  checkWords(
    column.name,
    categories.filter((_word, code) => names[code] === undefined),
  );
  const rowsOf: Record<PartName, number[]> = { training: [], validation: [], test: [] };
  let missing = 0;
  for (const row of rows) {
    const name = names[codes[row]];
    if (name === undefined) missing++;
    else rowsOf[name].push(row);
  }
  return {
    parts: partsOf(rowsOf.training, rowsOf.validation, rowsOf.test),
    warnings: missing > 0 ? [missingWarning(column.name, missing)] : [],
  };
}

function checkWords(column: string, unknown: readonly string[]): void {
  if (unknown.length === 0) return;
  const named = unknown.slice(0, NAMED_WORDS).map((word) => `'${word}'`);
  throw new ServiceError('invalid_spec', `The split column '${column}' does not name the parts.`, [
    {
      path: '/split/column',
      message: `'${column}' must say train, validation (or val) or test; it also says ${named.join(', ')}.`,
    },
  ]);
}

function missingWarning(column: string, missing: number): Warning {
  return { code: 'rows_without_part', column, message: `${missing} rows without a word in '${column}' are left out.` };
}
