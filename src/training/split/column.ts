import { asCategories } from '../../features/columns/conversions.ts';
import type { Column } from '../../formats/table.ts';
import type { Warning } from '../../kit/warning.ts';
import { invalidSpec } from '../schemas/invalidSpec.ts';
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
/** Maximum number of unknown values in an error. */
const MAX_NAMED = 5;

/**
 * The splits from a column. Throws `invalid_spec` for other values; rows with a missing value are
 * left out.
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

/** What is wrong with a split column with these values; undefined if each names a split. */
export function describeUnknownSplits(column: string, categories: readonly string[]): string | undefined {
  const unknown = categories.filter((word) => splitNameOf(word) === undefined);
  if (unknown.length === 0) return undefined;
  const named = unknown.slice(0, MAX_NAMED).map((word) => `'${word}'`);
  return `'${column}' may only contain train, validation (or val) and test; it also contains ${named.join(', ')}.`;
}

function splitNameOf(word: string): SplitName | undefined {
  return SPLIT_NAMES.get(word.trim().toLowerCase());
}

function missingWarning(column: string, missing: number): Warning {
  return { code: 'rows_without_part', column, message: `${missing} rows without a value in '${column}' are left out.` };
}
