import type { FittedColumn } from '../../../features/columns.ts';
import { decodeNumber } from '../../../features/target.ts';
import { type Inputs, transform } from '../../../features/transform.ts';
import type { ParseOptions } from '../../../formats/parseOptions.ts';
import type { Table } from '../../../formats/table.ts';
import { shortestFloat32 } from '../float32.ts';
import { chunkRowsFor, type Member } from './member.ts';
import { indexIn, sharedColumns } from './sharedColumns.ts';

/** Probabilities in the order of the classes. */
interface ClassPrediction {
  readonly label: string;
  readonly probabilities: readonly number[];
}
interface ValuePrediction {
  /** In the unit of the target. */
  readonly value: number;
}
export type Prediction = ClassPrediction | ValuePrediction;

/** The columns that a model reads. */
export interface ModelColumns {
  readonly fitted: readonly FittedColumn[];
  /** How each column of the dataset was parsed, where that is known. */
  readonly parseOptions: ReadonlyMap<string, ParseOptions>;
}

/** A model in memory that can predict. */
export interface Predictor extends ModelColumns {
  /** Every column that a row may have: the columns of the dataset. */
  readonly known: ReadonlySet<string>;
  /** The labels, in the order of the probabilities; null for a regression. */
  readonly classes: readonly string[] | null;
  /**
   * The number of rows to predict at once: a few milliseconds, so that other requests do not wait
   * longer.
   */
  readonly chunkRows: number;
  /** Memory of the networks. */
  readonly bytes: number;
  /** One prediction a row; undefined where the output is not finite. */
  predict(table: Table): readonly (Prediction | undefined)[];
}

/**
 * Averages the predictions of the members. There is at least one, and all have the same target and
 * classes.
 */
export function createPredictor(members: readonly Member[]): Predictor {
  const [{ fittedTarget }] = members;
  const classes = fittedTarget.kind === 'classes' ? fittedTarget.classes : null;
  const fitted = sharedColumns(members.map(({ features }) => features));
  const averageOf = averager(members, fitted);
  const decode = classes ? classDecoder(classes) : decodeValue;
  return {
    fitted,
    parseOptions: new Map(members.flatMap(({ readAs }) => readAs)),
    known: new Set(members.flatMap(knownColumns)),
    classes,
    chunkRows: chunkRowsFor(sum(members, 'multiplyAdds')),
    bytes: sum(members, 'bytes'),
    predict(table) {
      const averages = averageOf(table);
      const predictions: (Prediction | undefined)[] = [];
      for (let row = 0; row < table.rows; row++) predictions.push(decode(averages, row));
      return predictions;
    },
  };
}

function knownColumns({ columns, fittedTarget, features }: Member): readonly string[] {
  return [...columns, fittedTarget.column, ...features.columns.map(({ column }) => column)];
}

function sum(members: readonly Member[], cost: 'multiplyAdds' | 'bytes'): number {
  return members.reduce((total, member) => total + member[cost], 0);
}

/**
 * The mean prediction for each row of a table that has the `shared` columns: a probability for each
 * class, or a number in the unit of the target.
 */
function averager(members: readonly Member[], shared: ModelColumns['fitted']): (table: Table) => Float64Array {
  // Members with the same features share their inputs.
  const groups = [...Map.groupBy(members, ({ features }) => features)].map(([features, group]) => ({
    features,
    group,
    indices: features.columns.map((fitted) => indexIn(shared, fitted)),
  }));
  const [{ fittedTarget }] = members;
  const n = fittedTarget.kind === 'classes' ? fittedTarget.classes.length : 1;
  return (table) => {
    const totals = new Float64Array(table.rows * n);
    for (const { features, group, indices } of groups) {
      const inputs = transform(features, { rows: table.rows, columns: indices.map((place) => table.columns[place]) });
      for (const member of group) addPredictions(totals, member, inputs);
    }
    for (let i = 0; i < totals.length; i++) totals[i] /= members.length;
    return totals;
  };
}

// Loops, here and below: each runs for every row of a body, for each member.

function addPredictions(totals: Float64Array, { network, fittedTarget }: Member, { X, codes }: Inputs): void {
  const outputs = network.predict(X, codes);
  if (fittedTarget.kind === 'number') {
    for (let row = 0; row < outputs.length; row++) totals[row] += decodeNumber(fittedTarget, outputs[row]);
  } else if (network.outputs === 1) addTwoClasses(totals, outputs);
  else for (let i = 0; i < outputs.length; i++) totals[i] += outputs[i];
}

/** A single output is the probability of the second class. */
function addTwoClasses(totals: Float64Array, second: Float64Array): void {
  for (let row = 0; row < second.length; row++) {
    totals[2 * row] += 1 - second[row];
    totals[2 * row + 1] += second[row];
  }
}

/** The prediction of a row from the averages of all rows; undefined where it is not finite. */
type Decode = (averages: Float64Array, row: number) => Prediction | undefined;

function decodeValue(averages: Float64Array, row: number): ValuePrediction | undefined {
  const value = averages[row];
  return Number.isFinite(value) ? { value } : undefined;
}

function classDecoder(classes: readonly string[]): Decode {
  const n = classes.length;
  return (averages, row) => {
    const start = row * n;
    const probabilities: number[] = [];
    let best = 0;
    for (let index = 0; index < n; index++) {
      const probability = averages[start + index];
      if (!Number.isFinite(probability)) return undefined;
      if (probability > averages[start + best]) best = index;
      probabilities.push(shortestFloat32(Math.fround(probability)));
    }
    return { label: classes[best], probabilities };
  };
}
