import type { Column, ColumnType } from '../formats/table.ts';
import type { Warning } from '../kit/warning.ts';
import type { FeaturesOptions } from './schemas.ts';

export type FeatureType = 'numeric' | 'categorical' | 'boolean' | 'datetime';

/** What of a column decides on its use. */
export type NamedType = Pick<Column, 'name'> & { readonly type: ColumnType };

export interface ColumnSelection<Named extends NamedType> {
  readonly used: readonly { readonly column: Named; readonly type: FeatureType }[];
  readonly warnings: readonly Warning[];
}

/** Which columns the network sees, and as what; `reserved` ones (target, split, weights) are no features. */
export function selectFeatureColumns<Named extends NamedType>(
  columns: readonly Named[],
  options: Pick<FeaturesOptions, 'exclude' | 'include' | 'types'>,
  reserved: readonly string[],
): ColumnSelection<Named> {
  const excluded = new Set([...options.exclude, ...reserved]);
  const candidates = columns.filter(({ name }) => !excluded.has(name));
  const included = new Set(options.include);
  const typed = candidates.map((column) => ({ column, type: featureType(column, options.types, included) }));
  const used = typed.flatMap(({ column, type }) => (type ? [{ column, type }] : []));
  const warnings = typed.filter(({ type }) => type === undefined).map(({ column }) => leftOutWarning(column));
  return { used, warnings };
}

/** The type that a column is used as; undefined: it is left out. */
function featureType(
  { name, type }: NamedType,
  types: FeaturesOptions['types'],
  included: ReadonlySet<string>,
): FeatureType | undefined {
  const requestedType = Object.hasOwn(types, name) ? (types[name] ?? type) : type;
  if (requestedType !== 'text' && requestedType !== 'identifier') return requestedType;
  return included.has(name) ? 'categorical' : undefined;
}

function leftOutWarning({ name, type }: NamedType): Warning {
  const what = type === 'identifier' ? 'identifies the rows' : 'is text';
  return {
    code: type === 'identifier' ? 'identifier_left_out' : 'text_left_out',
    column: name,
    message: `The column '${name}' ${what} and is left out. Name it in features.types to use it.`,
  };
}
