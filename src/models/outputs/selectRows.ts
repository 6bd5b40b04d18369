import { encodeTarget, type FittedTarget, rowsWithTarget, unscaledNumber } from '../../features/target.ts';
import { findColumn, type Table } from '../../formats/table.ts';
import { ServiceError } from '../../kit/contract/errors.ts';
import { readWeights } from '../../training/rowWeights.ts';
import { type PackedSplit, unpackSplit } from '../../training/split/packed.ts';
import type { OutputsRequest } from './rowOutputs.ts';

/** Rows of a table that can be measured. */
export interface SelectedRows {
  readonly rows: Int32Array;
  /** The class index of each row, or its value in the unit of the target. */
  readonly actual: Float64Array;
  readonly weights: Float64Array | null;
  readonly withoutTarget: number;
  readonly unknownLabel: number;
  readonly withoutWeight: number;
}

/**
 * The rows of a part that have a known target and a weight above 0. `split` is null for a dataset
 * other than that of the training. Throws `invalid_report` for a column that the table does not
 * have, and `nothing_to_measure` if no row is left.
 */
export function selectRows(
  table: Table,
  target: FittedTarget,
  split: PackedSplit | null,
  request: OutputsRequest,
): SelectedRows {
  const column = columnOf(table, request.target, '/target');
  if (request.weightColumn !== null) columnOf(table, request.weightColumn, '/weightColumn');
  const kind = target.kind === 'number' ? 'number' : 'classes';
  const inPart = rowsOfPart(table, split, request.part);
  const present = new Set(rowsWithTarget(column, kind));
  const withTarget = inPart.filter((row) => present.has(row));
  const { weights, weighted } = readWeights(table, request.weightColumn);
  const known = isKnown(target, column, withTarget);
  const labelled = withTarget.filter((_row, index) => known[index]);
  const rows = labelled.filter(weighted);
  if (rows.length === 0) throw nothingToMeasure(request, inPart.length);
  const measured = target.kind === 'number' ? unscaledNumber(column) : target;
  return {
    rows,
    actual: encodeTarget(measured, column, rows),
    weights: weights && Float64Array.from(rows, (row) => weights[row]),
    withoutTarget: inPart.length - withTarget.length,
    unknownLabel: withTarget.length - labelled.length,
    withoutWeight: labelled.length - rows.length,
  };
}

function rowsOfPart(table: Table, split: PackedSplit | null, part: OutputsRequest['part']): Int32Array {
  const all = Int32Array.from({ length: table.rows }, (_, row) => row);
  if (part === 'all') return all;
  if (split === null) throw new ServiceError('nothing_to_measure', `The model has no stored ${part} rows.`);
  const partOf = unpackSplit(split);
  return all.filter((row) => partOf(row) === part);
}

function isKnown(target: FittedTarget, column: ReturnType<typeof columnOf>, rows: Int32Array): readonly boolean[] {
  return Array.from(encodeTarget(target, column, rows), (code) => !Number.isNaN(code));
}

function columnOf(table: Table, name: string, path: string) {
  const column = findColumn(table, name);
  if (column !== undefined) return column;
  const message = `The dataset has no column '${name}'. Name one of its columns.`;
  throw new ServiceError('invalid_report', message, [{ path, message }]);
}

function nothingToMeasure({ part, target }: OutputsRequest, rows: number): ServiceError {
  const of = part === 'all' ? 'The dataset' : `The ${part} part`;
  return new ServiceError(
    'nothing_to_measure',
    `${of} has ${rows} rows, and none has a known '${target}' and a weight above 0. Use another part or dataset.`,
  );
}
