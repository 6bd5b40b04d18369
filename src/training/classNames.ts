import { type FieldError, pointer } from '../kit/errors.ts';

/** A mistake for each name in `classWeights` that is none of the classes. */
export function unknownClasses(names: readonly string[], classes: readonly string[]): FieldError[] {
  return names
    .filter((name) => !classes.includes(name))
    .map((name) => ({
      path: pointer(['training', 'classWeights', name]),
      message: `The target has no class '${name}'.`,
    }));
}
