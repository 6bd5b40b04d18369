import { describeUnreadable, readsAny } from '../../features/casts.ts';
import { type FeatureType, isFeatureType } from '../../features/columns.ts';
import type { FeaturesOptions } from '../../features/schemas.ts';
import { isNumberType } from '../../formats/columnTypes.ts';
import { type FieldError, pointer } from '../../kit/contract/errors.ts';
import { nameSome } from '../../kit/nameSome.ts';
import { type ColumnShape, hasNumbers } from '../../training/resolve/shape.ts';

/** A column with more different texts is checked when the job runs. */
const MAX_TEXTS = 20_000;

/** The different texts of a column; undefined when there are more than `max`. */
export type TextsOf = (column: string, max: number) => Promise<readonly string[] | undefined>;

/** An issue for each column of which no cell can be read as its type in `features.types`. */
export async function unreadableTypes(
  { types }: Pick<FeaturesOptions, 'types'>,
  { columns, textsOf }: { readonly columns: readonly ColumnShape[]; readonly textsOf: TextsOf },
): Promise<readonly FieldError[]> {
  const issues: FieldError[] = [];
  for (const column of columns) {
    const type = Object.hasOwn(types, column.name) ? types[column.name] : undefined;
    if (type === undefined || !isFeatureType(type) || !(await isUnreadable(column, type, textsOf))) continue;
    const examples = nameSome((column.top ?? []).map(({ value }) => value));
    const message = describeUnreadable(column.name, type, examples);
    issues.push({ path: pointer(['features', 'types', column.name]), message });
  }
  return issues;
}

async function isUnreadable(column: ColumnShape, type: FeatureType, textsOf: TextsOf): Promise<boolean> {
  const isText = !isNumberType(column.type) && !hasNumbers(column);
  if (!isText || column.distinct === 0) return false;
  const top = (column.top ?? []).map(({ value }) => value);
  if (readsAny(type, top)) return false;
  const texts = top.length === column.distinct ? top : await textsOf(column.name, MAX_TEXTS);
  return texts !== undefined && !readsAny(type, texts);
}
