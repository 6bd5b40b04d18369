import { didYouMean, MAX_SUGGESTIONS } from '../../kit/contract/closest.ts';
import { type FieldError, pointer } from '../../kit/contract/errors.ts';

/** An issue for each name in `classWeights` that is not a class. */
export function unknownClasses(names: readonly string[], classes: readonly string[]): FieldError[] {
  const known = new Set(classes);
  return names
    .filter((name) => !known.has(name))
    .map((name, i) => ({
      path: pointer(['training', 'classWeights', name]),
      message: `The target has no class '${name}'.${i < MAX_SUGGESTIONS ? didYouMean(name, known) : ''}`,
    }));
}
