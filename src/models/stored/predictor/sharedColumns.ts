import { type FittedColumn, isCategorical } from '../../../features/columns.ts';
import type { FittedFeatures } from '../../../features/features.ts';

/**
 * The columns that several networks read. A column that all read as the same kind is listed once,
 * with the categories of all of them; a column that is a number to some and a category to others is
 * listed twice.
 */
export function sharedColumns(features: readonly FittedFeatures[]): readonly FittedColumn[] {
  const shared: FittedColumn[] = [];
  for (const fitted of new Set(features).values().flatMap(({ columns }) => columns)) {
    const index = indexIn(shared, fitted);
    if (index < 0) shared.push(fitted);
    else shared[index] = mergeCategories(shared[index], fitted);
  }
  return shared;
}

/** The index of a column among the shared ones. */
export function indexIn(shared: readonly FittedColumn[], { column, kind }: FittedColumn): number {
  return shared.findIndex((fitted) => fitted.column === column && fitted.kind === kind);
}

function mergeCategories(known: FittedColumn, other: FittedColumn): FittedColumn {
  if (!isCategorical(known) || !isCategorical(other)) return known;
  const categories = [...new Set([...known.categories, ...other.categories])];
  // Shares belong to the inputs of a single network.
  return {
    ...known,
    categories,
    frequencies: [],
    otherCategories: Math.max(known.otherCategories, other.otherCategories),
  };
}
