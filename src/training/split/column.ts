import { asCategories } from '../../features/casts.ts';
import type { Column } from '../../kit/table.ts';
import type { Warning } from '../../kit/warning.ts';
import { invalidSpec } from '../invalidSpec.ts';
import type { PartName, SplitRows } from './parts.ts';
import { partsOf } from './parts.ts';

const PART_OF_WORD: ReadonlyMap<string, PartName> = new Map([
  ['train', 'training'],
  ['training', 'training'],
  ['val', 'validation'],
  ['valid', 'validation'],
  ['validation', 'validation'],
  ['test', 'test'],
]);
/** Unknown words that an error names. */
const NAMED_WORDS = 5;

/** The parts that a column names. Throws `invalid_spec` when it has other words; rows without a word are left out. */
export function splitByColumn(rows: Int32Array, column: Column): SplitRows {
  const { codes, categories } = asCategories(column);
  const mistake = mistakeInWords(column.name, categories);
  if (mistake !== undefined) throw invalidSpec('/split/column', mistake);
  const names = categories.map(partOf);
  const rowsOf: Record<PartName, number[]> = { training: [], validation: [], test: [] };
  let missing = 0;
  for (const row of rows) {
    const name = names[codes[row]];
    if (name === undefined) missing++;
    else rowsOf[name].push(row);
  }
  return {
    parts: partsOf({ training: [rowsOf.training], validation: [rowsOf.validation], test: [rowsOf.test] }),
    warnings: missing > 0 ? [missingWarning(column.name, missing)] : [],
  };
}

/** What is wrong with a split column of these words; undefined when each names a part. */
export function mistakeInWords(column: string, words: readonly string[]): string | undefined {
  const unknown = words.filter((word) => partOf(word) === undefined);
  if (unknown.length === 0) return undefined;
  const named = unknown.slice(0, NAMED_WORDS).map((word) => `'${word}'`);
  return `'${column}' must say train, validation (or val) or test; it also says ${named.join(', ')}.`;
}

function partOf(word: string): PartName | undefined {
  return PART_OF_WORD.get(word.trim().toLowerCase());
}

function missingWarning(column: string, missing: number): Warning {
  return { code: 'rows_without_part', column, message: `${missing} rows without a word in '${column}' are left out.` };
}
