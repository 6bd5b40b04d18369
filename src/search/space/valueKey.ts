import type { JsonValue } from './parameter.ts';

/** A string that is equal for equal JSON values, regardless of the order of members. */
export function valueKey(value: JsonValue): string {
  return JSON.stringify(value, (_name, inner: unknown) => (isObject(inner) ? sortMembers(inner) : inner));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sortMembers(members: object): object {
  return Object.fromEntries(Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1)));
}
