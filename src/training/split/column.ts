import { asCategories } from '../../features/columns/conversions.ts';
import type { Column } from '../../formats/table.ts';
import type { Warning } from '../../kit/warning.ts';
import { invalidSpec } from '../invalidSpec.ts';
import type { SplitName, SplitRows } from './splits.ts';
import { sortedSplits } from './splits.ts';

const SPLIT_NAMES: ReadonlyMap<string, SplitName> = new Map([
  ['train', 'training'],
  ['training', 'training'],
  ['val', 'validation'],
  ['valid', 'validation'],
  ['validation', 'validation'],
  ['test', 'test'],
]);
/** Unknown words that an error names. */
const MAX_NAMED = 5;

/**
 * The parts that a column names. Throws `invalid_spec` when it has other words; rows without a word
 * are left out.
 */
export function splitByColumn(rows: Int32Array, column: Column): SplitRows {
  const { codes, categories } = asCategories(column);
  const issue = describeUnknownSplits(column.name, categories);
  if (issue !== undefined) throw invalidSpec('/split/column', issue);
  const names = categories.map(splitNameOf);
  const rowsOf: Record<SplitName, number[]> = { training: [], validation: [], test: [] };
  let missing = 0;
  for (const row of rows) {
    const name = names[codes[row]];
    if (name === undefined) missing++;
    else rowsOf[name].push(row);
  }
  return {
    splits: sortedSplits({ training: [rowsOf.training], validation: [rowsOf.validation], test: [rowsOf.test] }),
    warnings: missing > 0 ? [missingWarning(column.name, missing)] : [],
  };
}

/** What is wrong with a split column of these words; undefined when each names a part. */
export function describeUnknownSplits(column: string, categories: readonly string[]): string | undefined {
  const unknown = categories.filter((word) => splitNameOf(word) === undefined);
  if (unknown.length === 0) return undefined;
  const named = unknown.slice(0, MAX_NAMED).map((word) => `'${word}'`);
  return `'${column}' must say train, validation (or val) or test; it also says ${named.join(', ')}.`;
}

function splitNameOf(word: string): SplitName | undefined {
  return SPLIT_NAMES.get(word.trim().toLowerCase());
}

function missingWarning(column: string, missing: number): Warning {
  return { code: 'rows_without_part', column, message: `${missing} rows without a word in '${column}' are left out.` };
}
