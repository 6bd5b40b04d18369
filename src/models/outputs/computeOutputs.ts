import type { CreateKernels } from '../../engine/kernels/kernels.ts';
import { encodeTarget, type FittedTarget, rowsWithTarget } from '../../features/target.ts';
import { transform } from '../../features/transform.ts';
import { findColumn, type Table } from '../../formats/table.ts';
import { resolveClassWeights } from '../../training/classWeights.ts';
import { outputsFor } from '../../training/losses.ts';
import { type PackedSplit, unpackSplit } from '../../training/split/packed.ts';
import { createAveragePredictions, toLogits } from '../stored/predictor/averagePredictions.ts';
import { createMember } from '../stored/predictor/member.ts';
import type { StoredNetwork } from '../stored/storedNetworks.ts';
import { hashRows } from './hashRows.ts';
import { commonLoss, type LossSetup } from './lossSetup.ts';
import type { OutputsRequest, RowOutputs } from './rowOutputs.ts';
import { score } from './score.ts';
import { type SelectedRows, selectRows } from './selectRows.ts';

/** A model with the tables that it is measured on. */
export interface MeasuredModel {
  /** At least one. */
  readonly networks: readonly StoredNetwork[];
  /** The rows of its training; null if none are stored. */
  readonly split: PackedSplit | null;
  readonly table: Table;
  /** The table of its training: `table` itself, or another one; null if it was deleted. */
  readonly trainingTable: Table | null;
}

export interface ComputeOptions {
  readonly createKernels: CreateKernels;
  /** Called with the number of rows that a network has just answered. May throw to stop. */
  readonly onRows: (rows: number) => void;
}

/** Rows that are computed between two calls of `onRows`. */
const CHUNK_ROWS = 4096;

/** Computes the outputs of a model for the rows of a part. Throws as `selectRows` and `onRows`. */
export function computeOutputs(model: MeasuredModel, request: OutputsRequest, options: ComputeOptions): RowOutputs {
  const { networks, table, split } = model;
  const [{ description }] = networks;
  const target = description.fittedTarget;
  const classes = target.kind === 'classes' ? target.classes : null;
  const selected = selectRows(table, target, isOwn(model) ? split : null, request);
  const predictions = predict(model, selected.rows, options);
  const setup = commonLoss(networks);
  return {
    counts: countsOf(model, request, selected),
    classes,
    rows: selected.rows,
    actual: selected.actual,
    weights: selected.weights,
    outputs: storedOutputs(predictions, classes?.length ?? null),
    loss: setup && lossOf(model, setup, selected, predictions),
  };
}

function isOwn({ table, trainingTable }: MeasuredModel): boolean {
  return table === trainingTable;
}

/** Log probabilities of each class, or numbers in the unit of the target. */
function predict(
  { networks, table }: MeasuredModel,
  rows: Int32Array,
  { createKernels, onRows }: ComputeOptions,
): Float64Array {
  const [{ description }] = networks;
  const { fittedTarget } = description;
  const classes = fittedTarget.kind === 'classes' ? fittedTarget.classes.length : null;
  const averages = createAveragePredictions(rows.length, classes);
  for (const { description: own, parameters } of networks) {
    const member = createMember(own, parameters, createKernels);
    for (let first = 0; first < rows.length; first += CHUNK_ROWS) {
      const chunk = rows.subarray(first, first + CHUNK_ROWS);
      averages.add(member.network, member.fittedTarget, transform(member.features, table, chunk), first);
      onRows(chunk.length);
    }
  }
  return averages.of(networks.length);
}

/** Logits as float32, numbers as float64. */
function storedOutputs(predictions: Float64Array, classes: number | null): RowOutputs['outputs'] {
  if (classes === null) return predictions;
  if (classes !== 2) return Float32Array.from(predictions);
  return Float32Array.from(
    { length: predictions.length / 2 },
    (_, row) => predictions[2 * row + 1] - predictions[2 * row],
  );
}

function countsOf(model: MeasuredModel, request: OutputsRequest, selected: SelectedRows): RowOutputs['counts'] {
  const { rows, withoutTarget, unknownLabel, withoutWeight } = selected;
  const seenInTraining = countSeen(model, request, rows);
  return { used: rows.length, withoutTarget, unknownLabel, withoutWeight, seenInTraining };
}

/** How many of the rows the training has used; null if its rows are not known. */
function countSeen(model: MeasuredModel, { target }: OutputsRequest, rows: Int32Array): number | null {
  const { networks, split, table, trainingTable } = model;
  if (split === null || trainingTable === null) return null;
  const partOf = unpackSplit(split);
  if (isOwn(model)) return rows.filter((row) => partOf(row) === 'training').length;
  const trained = Int32Array.from({ length: trainingTable.rows }, (_, row) => row).filter(
    (row) => partOf(row) === 'training',
  );
  const [{ description }] = networks;
  const inputs = description.features.columns.map(({ column }) => column);
  const known = new Set(hashRows(trainingTable, [...inputs, description.fittedTarget.column], trained));
  return hashRows(table, [...inputs, target], rows).filter((hash) => known.has(hash)).length;
}

/** The mean loss; null if it depends on class weights that are not known. */
function lossOf(
  model: MeasuredModel,
  { target, loss, classWeights }: LossSetup,
  { actual, weights }: SelectedRows,
  predictions: Float64Array,
): number | null {
  const classWeight = classWeightsOf(model, target, classWeights);
  if (classWeight === undefined) return null;
  const n = outputsFor(loss, target.kind === 'classes' ? target.classes.length : 1);
  const T = target.kind === 'classes' ? actual : actual.map((value) => (value - target.mean) / target.deviation);
  const weightOf = (code: number, i: number) => (weights?.[i] ?? 1) * (classWeight?.[code] ?? 1);
  const rowWeights = weights || classWeight ? Float64Array.from(T, weightOf) : null;
  const mean = score(loss, { outputs: toLogits(predictions, target, loss.type), n, T, weights: rowWeights }).loss;
  return Number.isFinite(mean) ? mean : null;
}

/** Undefined: balanced weights, and the training rows are not known. */
function classWeightsOf(
  { split, trainingTable }: MeasuredModel,
  target: FittedTarget,
  classWeights: LossSetup['classWeights'],
): readonly number[] | null | undefined {
  if (classWeights === null) return null;
  const column = trainingTable && findColumn(trainingTable, target.column);
  if (split === null || !column) return undefined;
  const partOf = unpackSplit(split);
  const T = encodeTarget(
    target,
    column,
    rowsWithTarget(column, 'classes').filter((row) => partOf(row) === 'training'),
  );
  const { training, validation, test } = split;
  return resolveClassWeights(classWeights, { target, T, rows: { training, validation, test } });
}
