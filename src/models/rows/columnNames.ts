import { MAX_LISTED, ServiceError } from '../../kit/contract/errors.ts';
import { unknownColumn } from './unknownColumn.ts';

/** Unknown columns that an error names. */
const MAX_NAMED = 5;

/** Throws ServiceError `invalid_rows` for names that the model's dataset does not have. */
export function checkNames(names: readonly string[], known: ReadonlySet<string>, advice = ''): void {
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  const listed = unknown.slice(0, MAX_LISTED);
  const issues = listed.map((name, i) => unknownColumn(name, ['columns'], known, i));
  const shown = unknown.slice(0, MAX_NAMED).map((name) => JSON.stringify(name));
  throw new ServiceError('invalid_rows', `The model has no such columns: ${shown.join(', ')}.${advice}`, issues);
}
