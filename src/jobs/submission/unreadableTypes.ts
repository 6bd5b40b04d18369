import { describeUnreadable, readsAny } from '../../features/casts.ts';
import { type FeatureType, isFeatureType } from '../../features/columns.ts';
import type { FeaturesOptions } from '../../features/schemas.ts';
import { isNumberType, type NumberType } from '../../formats/columnTypes.ts';
import { type FieldError, pointer } from '../../kit/contract/errors.ts';
import { nameSome } from '../../kit/nameSome.ts';
import { type ColumnShape, hasNumbers } from '../../training/resolve/shape.ts';

/** Whether any word of a column can be read as the type; undefined: it is not known. */
export type ReadsAny = (column: string, type: NumberType) => Promise<boolean | undefined>;

/** An issue for each column of which no cell can be read as its type in `features.types`. */
export async function unreadableTypes(
  { types }: Pick<FeaturesOptions, 'types'>,
  dataset: { readonly columns: readonly ColumnShape[]; readonly readsAny: ReadsAny },
): Promise<readonly FieldError[]> {
  const issues: FieldError[] = [];
  for (const column of dataset.columns) {
    const type = Object.hasOwn(types, column.name) ? types[column.name] : undefined;
    if (type === undefined || !isFeatureType(type) || !(await isUnreadable(column, type, dataset.readsAny))) continue;
    const examples = nameSome((column.top ?? []).map(({ value }) => value));
    const message = describeUnreadable(column.name, type, examples);
    issues.push({ path: pointer(['features', 'types', column.name]), message });
  }
  return issues;
}

/** The most frequent words answer most requests. */
async function isUnreadable(column: ColumnShape, type: FeatureType, readsAnyWord: ReadsAny): Promise<boolean> {
  const isText = !isNumberType(column.type) && !hasNumbers(column);
  if (!isText || !isNumberType(type) || column.distinct === 0) return false;
  const top = (column.top ?? []).map(({ value }) => value);
  return !readsAny(type, top) && (await readsAnyWord(column.name, type)) === false;
}
