import type { Queries } from './database.ts';
import { dialectOf } from './dialect/dialect.ts';

/** The text of a JSON column. */
export function toJson(value: unknown): string {
  return JSON.stringify(value);
}

/** The text of a JSON column that can be NULL. */
export function toNullableJson(value: unknown): string | null {
  return value === null || value === undefined ? null : toJson(value);
}

/**
 * The value of a JSON column. The type is a claim: the column was written from a value of that
 * type.
 */
export function fromJson<Value>(text: string): Value {
  return JSON.parse(text);
}

/** The value of a JSON column that can be NULL. */
export function fromNullableJson<Value>(text: string | null): Value | null {
  return text === null ? null : fromJson(text);
}

/** SQL for the value of a key in a JSON column. */
export function jsonField<Value>(queries: Queries, column: string, key: string) {
  return dialectOf(queries).jsonField<Value>(column, key);
}
