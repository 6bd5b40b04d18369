import type { FittedCategorical } from '../../features/columns/categorical.ts';
import { encodeTarget, type FittedTarget } from '../../features/target.ts';
import type { ParseOptions } from '../../formats/parseOptions.ts';
import { elementsOf } from '../../formats/text/jsonSource.ts';
import { type FieldError, pointer } from '../../kit/contract/errors.ts';
import { invalid, invalidRequest } from '../../kit/contract/validation.ts';
import { type JsonRows, jsonRows } from '../rows/json.ts';
import { readTable } from '../rows/table.ts';

/** Labels that an error names. */
const MAX_NAMED_LABELS = 10;

interface TargetColumn {
  readonly target: FittedTarget;
  readonly parseOptions: ReadonlyMap<string, ParseOptions>;
}

/** Targets of a request: a list of their own, or a column of the rows. */
interface TargetSource {
  readonly rows: JsonRows;
  readonly pathOf: (row: number) => readonly PropertyKey[];
}

/**
 * The targets as the network learns them: the index of a class, or the scaled number. Null where
 * the request has none. Throws ServiceError `invalid_request` for another number of targets than
 * rows, and `invalid_rows` for one that the model does not know.
 */
export function readTargets(
  column: TargetColumn,
  rows: JsonRows,
  given: { readonly values: readonly unknown[] | null; readonly text: string },
): Float64Array | null {
  const source = sourceOf(column.target.column, rows, given);
  if (source === null) return null;
  const { values: examples } = source.rows;
  const read = jsonRows(source.rows, 0, new Set(examples.flatMap((row) => Object.keys(row as object))));
  const { table } = readTable({ fitted: [fittedOf(column.target)], parseOptions: column.parseOptions }, read);
  const T = encodeTarget(column.target, table.columns[0], Int32Array.from(examples.keys()));
  const unknown = Array.from(T.keys()).filter((row) => !Number.isFinite(T[row]));
  if (unknown.length > 0)
    throw invalid(
      'invalid_rows',
      'The body',
      unknown.map((row) => unknownTarget(column.target, source.pathOf(row))),
    );
  return T;
}

function sourceOf(
  name: string,
  rows: JsonRows,
  { values, text }: { readonly values: readonly unknown[] | null; readonly text: string },
): TargetSource | null {
  if (values === null) {
    const haveAll = rows.values.every((row) => typeof row === 'object' && row !== null && Object.hasOwn(row, name));
    return haveAll ? { rows, pathOf: (row) => ['rows', row, name] } : null;
  }
  if (values.length !== rows.values.length) {
    const message = `Expected a target for each of the ${rows.values.length} rows, got ${values.length}.`;
    throw invalidRequest([{ path: '/targets', message }]);
  }
  const texts = elementsOf(text);
  return {
    rows: {
      values: values.map((value) => ({ [name]: value })),
      sourceOf: (row) => `{${JSON.stringify(name)}:${texts[row]}}`,
    },
    pathOf: (row) => ['targets', row],
  };
}

function fittedOf(target: FittedTarget): FittedCategorical | { readonly kind: 'numeric'; readonly column: string } {
  const { column } = target;
  if (target.kind === 'number') return { kind: 'numeric', column };
  const categories = target.classes;
  return { kind: 'categorical', column, categories, frequencies: [], otherCategories: 0, missing: false };
}

function unknownTarget(target: FittedTarget, path: readonly PropertyKey[]): FieldError {
  if (target.kind === 'number') return { path: pointer(path), message: `Expected a number for '${target.column}'.` };
  const named = target.classes.slice(0, MAX_NAMED_LABELS).map((label) => JSON.stringify(label));
  const others = target.classes.length > named.length ? `, or another of the ${target.classes.length} labels` : '';
  return { path: pointer(path), message: `The model has no such label. Use ${named.join(', ')}${others}.` };
}
