import { boolean, storedBoolean } from './types/boolean.ts';
import type { NumberColumnType, StoredType, ValueFormat, WordColumnType } from './types/columnType.ts';
import { datetime, storedDatetime } from './types/datetime.ts';
import { PLAIN_NUMBER } from './types/numbers.ts';
import { numeric, storedDecimal, storedInteger, storedNumber } from './types/numeric.ts';
import { storedText, words } from './types/words.ts';

/**
 * Every column type. A new type is a file and a row here, and in the next table if it is stored in
 * a way of its own.
 */
export const columnTypes = {
  numeric,
  categorical: words,
  boolean,
  datetime,
  text: words,
  identifier: words,
} as const satisfies Readonly<Record<string, NumberColumnType | WordColumnType>>;

/** How the Parquet file of a dataset stores cells. The last row matches every uploaded type. */
export const STORED_TYPES = {
  integer: storedInteger,
  decimal: storedDecimal,
  number: storedNumber,
  boolean: storedBoolean,
  datetime: storedDatetime,
  text: storedText,
} as const satisfies Readonly<Record<string, StoredType>>;

type Table = typeof columnTypes;
export type ColumnType = keyof Table;
type TypesWith<Key extends keyof Table[ColumnType], Value> = {
  [Type in ColumnType]: Table[Type][Key] extends Value ? Type : never;
}[ColumnType];
/** The types whose cells are numbers in memory, and the others. */
export type NumberType = TypesWith<'cells', 'numbers'>;
export type WordType = TypesWith<'cells', 'words'>;

export type StoredAs = keyof typeof STORED_TYPES;

export const COLUMN_TYPES = Object.keys(columnTypes) as readonly ColumnType[];
const STORED_NAMES = Object.keys(STORED_TYPES) as readonly StoredAs[];

export type Profile = Table[ColumnType]['profile'];

export function isNumberType(type: ColumnType): type is NumberType {
  return columnTypes[type].cells === 'numbers';
}

/** Whether datasets show such a profile of columns of the type. */
export function hasProfile<P extends Profile>(type: ColumnType, profile: P): type is TypesWith<'profile', P> {
  return columnTypes[type].profile === profile;
}

export function typesWithProfile<P extends Profile>(profile: P): readonly TypesWith<'profile', P>[] {
  return COLUMN_TYPES.filter((type) => hasProfile(type, profile));
}

/** The formats of all types, in the order in which ties are decided. */
export function valueFormatsOf(delimiter: string | null): readonly (ValueFormat & { readonly type: ColumnType })[] {
  return COLUMN_TYPES.flatMap((type) => columnTypes[type].formats(delimiter).map((format) => ({ ...format, type })));
}

/** The formats in which a job reads words as the type: those of `parseNumber` and its likes. */
export function wordFormatsOf(type: NumberType): readonly ValueFormat[] {
  return type === 'numeric' ? [PLAIN_NUMBER] : columnTypes[type].formats();
}

/** How ingestion stores the columns of an uploaded Parquet file that have this type of DuckDB. */
export function storedAsOf(uploaded: string): StoredAs {
  return STORED_NAMES.find((name) => STORED_TYPES[name].uploaded.test(uploaded)) ?? 'text';
}

/** The row of a column of a dataset's Parquet file, by its type in DuckDB. */
export function storedTypeOf(duckdb: string): (typeof STORED_TYPES)[StoredAs] {
  return Object.values(STORED_TYPES).find((stored) => stored.duckdb.test(duckdb)) ?? storedText;
}
