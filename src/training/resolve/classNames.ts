import { didYouMean, MAX_SUGGESTIONS } from '../../kit/contract/closest.ts';
import { type FieldError, pointer } from '../../kit/contract/errors.ts';
import { nameSome } from '../../kit/nameSome.ts';

/** Classes that a message lists. */
const MAX_LISTED = 20;

/**
 * An issue for each name in `classWeights` that is not a class; the first ones list the classes.
 */
export function unknownClasses(names: readonly string[], classes: readonly string[]): FieldError[] {
  const known = new Set(classes);
  const list = `The classes are ${nameSome(classes, MAX_LISTED)}.`;
  return names
    .filter((name) => !known.has(name))
    .map((name, i) => ({
      path: pointer(['training', 'classWeights', name]),
      message: `The target has no class '${name}'.${i < MAX_SUGGESTIONS ? `${didYouMean(name, known)} ${list}` : ''}`,
    }));
}
