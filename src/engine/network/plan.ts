import { type ArenaSize, DERIVATIVE_FROM_OUTPUT, NONE } from '../kernels/kernels.ts';
import {
  allocateActivations,
  allocateGradients,
  allocateParameters,
  allocateRunning,
  type LayerPlan,
  type LayerShape,
  NO_GRADIENTS,
  shapeOf,
} from '../layers/layerPlan.ts';
import { type OneHotPlan, planOneHot } from '../layers/oneHotPlan.ts';
import { type Allocator, createAllocator, type Region } from '../memory/allocator.ts';
import { type CompleteLayer, type NetworkSpec, oneHotInputs } from './spec.ts';

/** What a training needs beyond predicting. */
export interface TrainingSizes {
  /** Rows held in the arena, of all parts of the data. */
  readonly datasetRows: number;
  /** Numbers of target a row. */
  readonly targetColumns: number;
  /** Whether rows have weights of their own. */
  readonly weighted: boolean;
  /** How many classes have weights; 0 when none have. */
  readonly classWeights: number;
  /** Matrices of the parameters' size that the optimizer keeps. */
  readonly optimizerMatrices: number;
  /** Whether Z, dA and dZ of every layer outlive the passes, to be looked at. */
  readonly storesActivationGradients: boolean;
}

/** Rows lie one after the other: dense features X (dense, rows), targets T, weights (rows) or NONE. */
interface RowsPlan {
  readonly rows: number;
  readonly X: number;
  readonly T: number;
  readonly rowWeights: number;
}

/** Where everything lies in the arena: made once, nothing is allocated afterwards. */
export interface Plan {
  /** n[0]: all inputs. */
  readonly inputs: number;
  /** Those that X has. */
  readonly dense: number;
  /** The others; null: there are none. */
  readonly oneHot: OneHotPlan | null;
  readonly outputs: number;
  readonly layers: readonly LayerPlan[];
  /** W, b, gamma and beta of every layer. */
  readonly parameters: Region;
  /** Parameters and running statistics: what a model is. */
  readonly learned: Region;
  /** Learned numbers and the optimizer's memory: what a training goes on from. */
  readonly persistent: Region;
  /** In the parameters' order. */
  readonly gradients: Region;
  readonly optimizerState: Region;
  /** The rows of one pass. */
  readonly batch: RowsPlan;
  /** All rows of the training. */
  readonly dataset: RowsPlan;
  readonly targetColumns: number;
  /** (classes) or NONE. */
  readonly classWeights: number;
  /** Where in `indices` the row numbers lie: the training's order, and those of a pass outside it. */
  readonly orderIndex: number;
  readonly passIndex: number;
  readonly size: ArenaSize;
}

/** Plans the arena for passes of at most `rows` rows; `training` null: for predicting alone. */
export function planNetwork(
  { inputs, oneHot: oneHotColumns = [] }: Pick<NetworkSpec, 'inputs' | 'oneHot'>,
  layers: readonly CompleteLayer[],
  rows: number,
  training: TrainingSizes | null,
): Plan {
  if (!(Number.isInteger(rows) && rows > 0)) throw new RangeError(`a pass needs at least one row, not ${rows}`);
  const shapes = layers.map((layer, index) =>
    index === 0 ? shapeOf(layer, inputs, oneHotInputs(oneHotColumns)) : shapeOf(layer, layers[index - 1].units, 0),
  );
  const [{ dense, n: firstUnits }] = shapes;
  const sizes = training ?? PREDICTING;
  const allocator = createAllocator();

  // The order counts: `learned` and `persistent` are all that has been taken before them.
  const parameters = allocator.region(() => shapes.map((shape) => allocateParameters(allocator, shape)));
  const running = shapes.map((shape) => allocateRunning(allocator, shape));
  const learned = { offset: 0, count: allocator.used() };
  const optimizerCount = sizes.optimizerMatrices * parameters.region.count;
  const optimizerState = { offset: allocator.allocate(optimizerCount), count: optimizerCount };
  const persistent = { offset: 0, count: allocator.used() };
  const gradients = allocator.region(() =>
    shapes.map((shape) => (training === null ? NO_GRADIENTS : allocateGradients(allocator, shape))),
  );
  const activations = shapes.map((shape) => allocateActivations(allocator, shape, rows, storesY(shape, training)));
  const activationGradients = training === null ? null : planActivationGradients(allocator, shapes, rows, training);
  const batch = allocateRows(allocator, rows, dense, sizes);
  const dataset = allocateRows(allocator, sizes.datasetRows, dense, sizes);
  const rowsIndices = sizes.datasetRows + rows;
  const oneHot = planOneHot(allocator, oneHotColumns, { units: firstUnits, batchRows: rows, freeIndex: rowsIndices });
  const classWeights = sizes.classWeights > 0 ? allocator.allocate(sizes.classWeights) : NONE;

  return {
    inputs,
    dense,
    oneHot,
    outputs: shapes[shapes.length - 1].n,
    layers: shapes.map((shape, index) => ({
      ...shape,
      ...parameters.result[index],
      ...running[index],
      ...gradients.result[index],
      ...activations[index],
      ...(activationGradients?.[index] ?? { dA: NONE, dZ: NONE }),
      oneHot: index === 0 ? oneHot : null,
    })),
    parameters: parameters.region,
    learned,
    persistent,
    gradients: gradients.region,
    optimizerState,
    batch,
    dataset,
    targetColumns: sizes.targetColumns,
    classWeights,
    orderIndex: 0,
    passIndex: sizes.datasetRows,
    size: { numbers: allocator.used(), indices: rowsIndices * (1 + oneHotColumns.length) },
  };
}

const PREDICTING: TrainingSizes = {
  datasetRows: 0,
  targetColumns: 0,
  weighted: false,
  classWeights: 0,
  optimizerMatrices: 0,
  storesActivationGradients: false,
};

function allocateRows({ allocate }: Allocator, rows: number, dense: number, sizes: TrainingSizes): RowsPlan {
  return {
    rows,
    X: allocate(rows * dense),
    T: allocate(rows * sizes.targetColumns),
    rowWeights: sizes.weighted ? allocate(rows) : NONE,
  };
}

/** Whether what a layer's activation was applied to outlives it. */
function storesY({ activation }: LayerShape, training: TrainingSizes | null): boolean {
  return training !== null && (training.storesActivationGradients || !DERIVATIVE_FROM_OUTPUT.includes(activation));
}

/** Two buffers in turn are enough for the way back: a layer reads its own and writes the one before. */
function planActivationGradients(
  { allocate }: Allocator,
  shapes: readonly LayerShape[],
  m: number,
  { storesActivationGradients }: TrainingSizes,
): readonly { readonly dA: number; readonly dZ: number }[] {
  if (storesActivationGradients) return shapes.map(({ n }) => ({ dA: allocate(n * m), dZ: allocate(n * m) }));
  const widest = Math.max(...shapes.map(({ n }) => n));
  const buffers = [allocate(widest * m), allocate(widest * m)];
  return shapes.map((_shape, index) => ({ dA: buffers[index % 2], dZ: buffers[index % 2] }));
}
