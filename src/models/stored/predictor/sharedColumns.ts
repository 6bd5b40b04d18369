import type { FittedFeatures } from '../../../features/features.ts';
import { type FittedColumn, isCategorical } from '../../../features/fittedColumn.ts';

/**
 * The columns that networks read together. One that all read in the same way is there once, with the categories that any of them knows;
 * one that is a number to some and a category to others is there in both ways.
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

/** Where the column is among the shared ones. */
export function indexIn(shared: readonly FittedColumn[], { column, kind }: FittedColumn): number {
  return shared.findIndex((fitted) => fitted.column === column && fitted.kind === kind);
}

function mergeCategories(known: FittedColumn, other: FittedColumn): FittedColumn {
  if (!isCategorical(known) || !isCategorical(other)) return known;
  const categories = [...new Set([...known.categories, ...other.categories])];
  // Shares belong to the inputs of one network, and this is of none.
  return { ...known, categories, shares: [], folded: Math.max(known.folded, other.folded) };
}
