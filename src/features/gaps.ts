import { type Column, findColumn, isNumberColumn, type Table } from '../kit/table.ts';
import { asCategories } from './casts.ts';
import type { FittedCategorical } from './categorical.ts';
import type { FittedFeatures } from './features.ts';
import type { Warning } from './warnings.ts';

/** Categories named in a warning. */
const NAMED_CATEGORIES = 5;

/** What the rows to predict lack: missing values, and categories that training never met. */
export function findGaps(features: FittedFeatures, table: Table): Warning[] {
  return features.columns.flatMap((fitted) => {
    const column = findColumn(table, fitted.column);
    if (!column) return [missingColumn(fitted.column)];
    const unseen = fitted.kind === 'categorical' ? unseenCategories(fitted, column) : [];
    return [...missingValues(column), ...unseen];
  });
}

function missingColumn(column: string): Warning {
  return {
    code: 'missing_column',
    column,
    message: `The column '${column}' is not there: its values count as missing.`,
  };
}

function missingValues(column: Column): Warning[] {
  const missing = isNumberColumn(column)
    ? count(column.values, (value) => !Number.isFinite(value))
    : count(column.codes, (code) => code < 0);
  if (missing === 0) return [];
  const message = `${missing} of ${lengthOf(column)} values of '${column.name}' are missing.`;
  return [{ code: 'missing_values', column: column.name, message }];
}

function unseenCategories({ categories, folded }: FittedCategorical, column: Column): Warning[] {
  const seen = new Set(categories);
  const unseen = asCategories(column).categories.filter((category) => !seen.has(category));
  if (unseen.length === 0) return [];
  const named = unseen.slice(0, NAMED_CATEGORIES).map((category) => `'${category}'`);
  const more = unseen.length > named.length ? ` and ${unseen.length - named.length} more` : '';
  const met = folded > 0 ? 'never met or hardly met' : 'never met';
  const message = `Training ${met} ${named.join(', ')}${more} in '${column.name}': treated as ${folded > 0 ? 'rare' : 'missing'}.`;
  return [{ code: 'unseen_category', column: column.name, message }];
}

function lengthOf(column: Column): number {
  return isNumberColumn(column) ? column.values.length : column.codes.length;
}

function count(numbers: Iterable<number>, is: (value: number) => boolean): number {
  let found = 0;
  for (const value of numbers) if (is(value)) found++;
  return found;
}
