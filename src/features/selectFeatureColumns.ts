import type { ColumnType } from '../formats/columnTypes.ts';
import type { Column } from '../formats/table.ts';
import type { Warning, WarningCode } from '../kit/warning.ts';
import { type FeatureType, isFeatureType } from './columns.ts';
import type { FeaturesOptions } from './schemas.ts';

/** The parts of a column that decide whether it is used. */
export type NamedType = Pick<Column, 'name'> & { readonly type: ColumnType };

export interface ColumnSelection<Named extends NamedType> {
  readonly used: readonly { readonly column: Named; readonly type: FeatureType }[];
  readonly warnings: readonly Warning[];
}

/**
 * The columns that the network reads, and their types. `reserved` columns (target, split, weights)
 * are not features.
 */
export function selectFeatureColumns<Named extends NamedType>(
  columns: readonly Named[],
  options: Pick<FeaturesOptions, 'exclude' | 'include' | 'types'>,
  reserved: readonly string[],
): ColumnSelection<Named> {
  const excluded = new Set([...options.exclude, ...reserved]);
  const included = new Set(options.include);
  const used: { readonly column: Named; readonly type: FeatureType }[] = [];
  const warnings: Warning[] = [];
  for (const column of columns) {
    const { name } = column;
    if (excluded.has(name)) continue;
    const type = Object.hasOwn(options.types, name) ? (options.types[name] ?? column.type) : column.type;
    if (isFeatureType(type)) used.push({ column, type });
    else if (included.has(name)) used.push({ column, type: 'categorical' });
    else warnings.push(leftOutWarning(name, type));
  }
  return { used, warnings };
}

type LeftOutType = Exclude<ColumnType, FeatureType>;

/** The types that the network reads only when a job names the column. */
const LEFT_OUT: Readonly<Record<LeftOutType, { readonly code: WarningCode; readonly reason: string }>> = {
  text: { code: 'text_left_out', reason: 'is text' },
  identifier: { code: 'identifier_left_out', reason: 'identifies the rows' },
};

function leftOutWarning(name: string, type: LeftOutType): Warning {
  const { code, reason } = LEFT_OUT[type];
  const message = `The column '${name}' ${reason} and is left out. Name it in features.types to use it.`;
  return { code, column: name, message };
}
