import type { FieldError } from '../../kit/contract/errors.ts';
import { unknownClasses } from '../../training/resolve/classNames.ts';
import { type ColumnShape, classesOf, hasNumbers } from '../../training/resolve/shape.ts';
import type { TrainingSpec } from '../../training/schemas/spec.ts';

/** A target with more classes is checked when the job runs. */
const MAX_CLASSES = 20_000;

/** The different texts of a column; undefined when there are more than `max`. */
export type TextsOf = (column: string, max: number) => Promise<readonly string[] | undefined>;

/**
 * An issue for each name in `classWeights` that no cell of the target has. The profile lists few
 * classes, and those are checked with the rest of the spec.
 */
export async function unknownClassWeights(
  { target, training: { classWeights } }: Pick<TrainingSpec, 'target' | 'training'>,
  { columns, textsOf }: { readonly columns: readonly ColumnShape[]; readonly textsOf: TextsOf },
): Promise<readonly FieldError[]> {
  const column = columns.find(({ name }) => name === target);
  if (classWeights === null || classWeights === 'balanced' || column === undefined || classesOf(column)) return [];
  const texts = column.type === 'datetime' ? undefined : await textsOf(target, MAX_CLASSES);
  return texts === undefined ? [] : unknownClasses(Object.keys(classWeights), labelsOf(column, texts));
}

/** Labels of numbers are written as JavaScript writes them; texts of int64 have all digits. */
function labelsOf(column: ColumnShape, texts: readonly string[]): readonly string[] {
  if (!hasNumbers(column)) return texts.toSorted();
  const numbers = texts.toSorted((a, b) => Number(a) - Number(b));
  return [...new Set(numbers.flatMap((text) => [String(Number(text)), ...(/^-?\d+$/.test(text) ? [text] : [])]))];
}
