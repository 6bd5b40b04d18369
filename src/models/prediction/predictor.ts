import type { CreateKernels } from '../../engine/kernels/kernels.ts';
import type { LossSpec } from '../../engine/losses/losses.ts';
import { createNetwork } from '../../engine/network.ts';
import type { Parameter } from '../../engine/parameters.ts';
import { decodeNumber, type FittedTarget } from '../../features/target.ts';
import { type InputLayout, layoutOf, transform } from '../../features/transform.ts';
import type { Table } from '../../kit/table.ts';
import type { Description } from '../description.ts';
import { shortestFloat32 } from '../float32.ts';
import type { ModelColumns } from './rows/table.ts';

/** Probabilities in the order of the classes. */
interface ClassPrediction {
  readonly label: string;
  readonly probabilities: readonly number[];
}
interface ValuePrediction {
  /** In the target's own unit. */
  readonly value: number;
}
export type Prediction = ClassPrediction | ValuePrediction;

/** A model in memory, ready to answer. */
export interface Predictor extends ModelColumns {
  /** Every column that may be in a row: those of its dataset. */
  readonly known: ReadonlySet<string>;
  /** The labels, in the order of the probabilities; null for numbers. */
  readonly classes: readonly string[] | null;
  /** Rows that are best predicted at once, so that other requests wait for a few milliseconds only. */
  readonly chunkRows: number;
  /** What it takes of memory. */
  readonly bytes: number;
  /** One for each row of the table; undefined where the network's answer is no finite number. */
  predict(table: Table): readonly (Prediction | undefined)[];
}

/** Reading and writing so many rows takes a millisecond or two. */
const CHUNK_ROWS = 256;
/** Multiply-adds of a chunk at most: one or two milliseconds more. */
const CHUNK_MULTIPLY_ADDS = 2.5e7;
const LARGEST_NUMBER_BYTES = 8;

export function createPredictor(
  { columns, readAs, features, fittedTarget, layers, loss }: Description,
  parameters: readonly Parameter[],
  createKernels: CreateKernels,
): Predictor {
  let bytes = 0;
  const layout = layoutOf(features);
  const chunkRows = chunkRowsFor(parameters, layout);
  const network = createNetwork(
    { ...layout, layers },
    {
      batchSize: chunkRows,
      // The description is written from a loss of the engine's table, which checks it again.
      loss: loss as LossSpec,
      createKernels(size) {
        bytes = size.numbers * LARGEST_NUMBER_BYTES;
        return createKernels(size);
      },
    },
  );
  network.writeParameters(parameters);
  const decode = decoderOf(fittedTarget);
  return {
    fitted: features.columns,
    readAs: new Map(readAs),
    known: new Set([...columns, fittedTarget.column, ...features.columns.map(({ column }) => column)]),
    classes: fittedTarget.kind === 'classes' ? fittedTarget.classes : null,
    chunkRows,
    bytes,
    predict(table) {
      const { X, codes } = transform(features, table);
      const outputs = network.predict(X, codes);
      const { outputs: n } = network;
      return Array.from({ length: table.rows }, (_, row) => {
        const answer = outputs.subarray(row * n, (row + 1) * n);
        return answer.every(Number.isFinite) ? decode(answer) : undefined;
      });
    },
  };
}

/** One-hot inputs cost nothing: of all columns together no row reads more than a few. */
function chunkRowsFor(parameters: readonly Parameter[], { oneHot }: InputLayout): number {
  const all = parameters.reduce((sum, { values }) => sum + values.length, 0);
  const firstUnits = parameters.find(({ layer, name }) => layer === 1 && name === 'W')?.shape[0] ?? 0;
  const multiplyAdds = all - firstUnits * oneHot.reduce((sum, { inputs }) => sum + inputs - 1, 0);
  return Math.max(1, Math.min(CHUNK_ROWS, Math.floor(CHUNK_MULTIPLY_ADDS / multiplyAdds)));
}

function decoderOf(target: FittedTarget): (outputs: Float64Array) => Prediction {
  if (target.kind === 'number') return ([output = Number.NaN]) => ({ value: decodeNumber(target, output) });
  const { classes } = target;
  return (outputs) => {
    const probabilities = outputs.length === 1 ? twoClasses(outputs) : [...outputs];
    const best = probabilities.indexOf(Math.max(...probabilities));
    return {
      label: classes[best],
      probabilities: probabilities.map((probability) => shortestFloat32(Math.fround(probability))),
    };
  };
}

/** One output is the probability of the second class. */
function twoClasses([second = Number.NaN]: Float64Array): readonly number[] {
  return [1 - second, second];
}
