import { didYouMean, MAX_SUGGESTIONS } from '../../kit/contract/closest.ts';
import { type FieldError, pointer } from '../../kit/contract/errors.ts';

/** A column that the model does not know, after so many other mistakes; the first come with a suggestion. */
export function unknownColumn(
  name: string,
  path: readonly PropertyKey[],
  known: ReadonlySet<string>,
  others: number,
): FieldError {
  const suggestion = others < MAX_SUGGESTIONS ? didYouMean(name, known) : '';
  const advice = suggestion === '' ? ' Remove it, or correct its name.' : suggestion;
  return { path: pointer([...path, name]), message: `The model knows no such column.${advice}` };
}
