import { didYouMean, MAX_SUGGESTIONS } from '../kit/contract/closest.ts';
import { type FieldError, pointer } from '../kit/contract/errors.ts';

/** A mistake for each name in `classWeights` that is none of the classes. */
export function unknownClasses(names: readonly string[], classes: readonly string[]): FieldError[] {
  const known = new Set(classes);
  return names
    .filter((name) => !known.has(name))
    .map((name, i) => ({
      path: pointer(['training', 'classWeights', name]),
      message: `The target has no class '${name}'.${i < MAX_SUGGESTIONS ? didYouMean(name, known) : ''}`,
    }));
}
