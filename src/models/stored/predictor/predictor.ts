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
  const decode = classes ? classDecoder(classes) : ([value]: Float64Array) => ({ value });
  return {
    fitted,
    parseOptions: new Map(members.flatMap(({ readAs }) => readAs)),
    known: new Set(members.flatMap(knownColumns)),
    classes,
    chunkRows: chunkRowsFor(sum(members, 'multiplyAdds')),
    bytes: sum(members, 'bytes'),
    predict(table) {
      const averages = averageOf(table);
      const n = classes?.length ?? 1;
      return Array.from({ length: table.rows }, (_, row) => {
        const ofRow = averages.subarray(row * n, (row + 1) * n);
        return ofRow.every(Number.isFinite) ? decode(ofRow) : undefined;
      });
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
  return (table) => {
    const predictions = groups.flatMap(({ features, group, indices }) => {
      const inputs = transform(features, { rows: table.rows, columns: indices.map((place) => table.columns[place]) });
      return group.map((member) => predictMember(member, inputs));
    });
    return predictions.reduce(add).map((total) => total / members.length);
  };
}

function predictMember({ network, fittedTarget }: Member, { X, codes }: Inputs): Float64Array {
  const outputs = network.predict(X, codes);
  if (fittedTarget.kind === 'number') return outputs.map((output) => decodeNumber(fittedTarget, output));
  return network.outputs === 1 ? twoClasses(outputs) : outputs;
}

/** A single output is the probability of the second class. */
function twoClasses(second: Float64Array): Float64Array {
  return Float64Array.from({ length: 2 * second.length }, (_, i) =>
    i % 2 === 0 ? 1 - second[i / 2] : second[(i - 1) / 2],
  );
}

function add(total: Float64Array, more: Float64Array): Float64Array {
  return total.map((value, i) => value + more[i]);
}

function classDecoder(classes: readonly string[]): (probabilities: Float64Array) => Prediction {
  return (probabilities) => ({
    label: classes[probabilities.indexOf(Math.max(...probabilities))],
    probabilities: Array.from(probabilities, (probability) => shortestFloat32(Math.fround(probability))),
  });
}
