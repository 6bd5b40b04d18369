import { didYouMean, MAX_SUGGESTIONS } from '../../kit/contract/closest.ts';
import { type FieldError, pointer } from '../../kit/contract/errors.ts';

/**
 * The issue of an unknown column. Only the first few issues get a suggestion; `others` counts those
 * before.
 */
export function unknownColumn(
  name: string,
  path: readonly PropertyKey[],
  known: ReadonlySet<string>,
  others: number,
): FieldError {
  const suggestion = others < MAX_SUGGESTIONS ? didYouMean(name, known) : '';
  const advice = suggestion === '' ? ' Remove it, or correct its name.' : suggestion;
  return { path: pointer([...path, name]), message: `The model has no such column.${advice}` };
}
