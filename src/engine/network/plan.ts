import { type ArenaSize, NONE } from '../kernels/kernels.ts';
import { inputOrderOf } from '../layers/embedding/embedding.ts';
import { type OneHotColumn, oneHotInputs } from '../layers/inputs.ts';
import { type Backward, type Forward, IN_PLACE, type PlannedLayer } from '../layers/layer.ts';
import { type Allocator, createAllocator, type Region } from '../memory/allocator.ts';
import { createLayerMemories } from '../memory/layerMemory.ts';
import {
  allocateParameters,
  countElements,
  isLearned,
  LEARNED_KINDS,
  type ParameterSlot,
} from '../memory/parameters.ts';
import { hiddenWeightsOf } from '../optimizers/hiddenWeights.ts';
import type { StateMatrix } from '../optimizers/regions.ts';
import { planBackward, planForward } from './fusion.ts';
import { createChain, type LayerLinks, type NetworkSpec } from './spec.ts';

/** What a training needs beyond predicting. */
export interface TrainingSizes {
  /** Rows of the dataset, all splits together. */
  readonly datasetRows: number;
  /** Numbers of target a row. */
  readonly targetColumns: number;
  /** Whether rows have weights of their own. */
  readonly weighted: boolean;
  /** How many classes have weights; 0: none. */
  readonly classWeights: number;
  /** Matrices of the parameters' size that the optimizer stores. */
  readonly optimizerMatrices: number;
  /** How many of them have numbers for the hidden W. Default: all. */
  readonly hiddenMatrices?: number | undefined;
  /** Numbers that the optimizer's updates use one after the other. */
  readonly optimizerScratch: number;
  /** Whether the arena has a moving average of the model. */
  readonly averages: boolean;
  /** Whether Z, A, dA and dZ of every layer survive the passes, to be read afterwards. */
  readonly storesActivationGradients: boolean;
}

/** Rows, one after the other. */
interface RowsPlan {
  readonly rows: number;
  /** Dense inputs (dense, rows). */
  readonly X: number;
  /** Targets (targetColumns, rows). */
  readonly T: number;
  /** (rows) or NONE. */
  readonly rowWeights: number;
  /** In `indices`: codes (columns, rows) of the one-hot inputs. */
  readonly codesIndex: number;
}

/** A link of layer l, with its place in the arena. */
export interface PlannedLink extends PlannedLayer {
  /** l, from 1; 0: the embedding. */
  readonly layer: number;
  /** Numbers a row of the output. */
  readonly outputs: number;
  /** The gradient by the output; NONE in a network that only predicts. */
  readonly outputGradient: number;
}

/** Where everything is in the arena. Made once: a step allocates nothing. */
export interface Plan {
  /** n[0]: all inputs. */
  readonly inputs: number;
  /** Those that X has. */
  readonly dense: number;
  /** The numbers of the dense inputs in the order of X; null: their own order. */
  readonly inputOrder: Int32Array | null;
  /** The others, column by column. */
  readonly oneHot: readonly OneHotColumn[];
  /** n[L]. */
  readonly outputs: number;
  /** Every link, from the inputs to the outputs. */
  readonly chain: readonly PlannedLink[];
  readonly forward: readonly Forward[];
  readonly backward: readonly Backward[];
  /** A[L] (outputs, rows), and the gradient of the loss by it. */
  readonly A: number;
  readonly dA: number;
  /** The fewest rows of a training step. */
  readonly minRows: number;
  /** Every parameter, layer by layer. */
  readonly parameters: readonly ParameterSlot[];
  /** What the optimizer updates, kind by kind. */
  readonly learned: Region;
  /** Learned parameters and statistics: what a snapshot copies. */
  readonly model: Region;
  /** Offset of a moving average of the model, number by number; NONE: none. */
  readonly average: number;
  /** The model, the optimizer's state and the average: what a training resumes from. */
  readonly persistent: Region;
  /** In the order of the learned parameters. */
  readonly gradients: Region;
  /** Those of the optimizer's state. */
  readonly optimizerMatrices: readonly StateMatrix[];
  /** Offset of the numbers that the optimizer's updates use. */
  readonly optimizerScratch: number;
  /** The rows of one pass. */
  readonly batch: RowsPlan;
  /** All rows of the training. */
  readonly dataset: RowsPlan;
  readonly targetColumns: number;
  /** (classes) or NONE. */
  readonly classWeights: number;
  /** In `indices`: row numbers, of the training's order and of a pass outside it. */
  readonly orderIndex: number;
  readonly passIndex: number;
  readonly size: ArenaSize;
}

/**
 * Plans the arena for passes of at most `rows` rows. `training` is null for a network that only
 * predicts.
 */
export function planNetwork(spec: NetworkSpec, rows: number, training: TrainingSizes | null): Plan {
  if (!(Number.isInteger(rows) && rows > 0)) throw new RangeError(`Expected a pass of at least 1 row, got ${rows}.`);
  const layers = createChain(spec);
  const { inputs, oneHot = [], embedding = null } = spec;
  const sizes = training ?? PREDICTING;
  const allocator = createAllocator();

  const parameters = planParameters(allocator, layers, training);
  const orderIndex = allocator.allocateIndices(sizes.datasetRows);
  const passIndex = allocator.allocateIndices(rows);
  const dense = inputs - oneHotInputs(oneHot);
  const batch = planRows(allocator, rows, dense, oneHot.length, sizes);
  const dataset = planRows(allocator, sizes.datasetRows, dense, oneHot.length, sizes);
  const classWeights = sizes.classWeights > 0 ? allocator.allocate(sizes.classWeights) : NONE;
  const links = planLinks(allocator, layers, { slots: parameters.parameters, batch, training });
  const last = links.chain[links.chain.length - 1];

  return {
    inputs,
    dense,
    inputOrder: embedding === null ? null : inputOrderOf(embedding, dense),
    oneHot,
    outputs: last.outputs,
    ...links,
    forward: planForward(links.chain),
    backward: planBackward(links.chain),
    A: last.output,
    minRows: Math.max(...layers.flatMap(({ links }) => links).map(({ minRows }) => minRows)),
    ...parameters,
    batch,
    dataset,
    targetColumns: sizes.targetColumns,
    classWeights,
    orderIndex,
    passIndex,
    size: { numbers: allocator.used(), indices: allocator.usedIndices() },
  };
}

const PREDICTING: TrainingSizes = {
  datasetRows: 0,
  targetColumns: 0,
  weighted: false,
  classWeights: 0,
  optimizerMatrices: 0,
  optimizerScratch: 0,
  averages: false,
  storesActivationGradients: false,
};

type ParametersPlan = Pick<
  Plan,
  'parameters' | 'learned' | 'model' | 'average' | 'persistent' | 'gradients' | 'optimizerMatrices' | 'optimizerScratch'
>;

/**
 * Allocates from the start of the arena: learned parameters, statistics, the optimizer's state, the
 * average, gradients, the optimizer's scratch memory.
 */
function planParameters(
  allocator: Allocator,
  layers: readonly LayerLinks[],
  training: TrainingSizes | null,
): ParametersPlan {
  const shapes = layers.flatMap(({ layer, links }) =>
    links.flatMap(({ parameters }) => parameters).map((shape) => ({ ...shape, layer })),
  );
  const learned = allocator.region(() => allocateParameters(allocator, shapes, LEARNED_KINDS));
  const statistics = allocateParameters(allocator, shapes, ['statistic']);
  const model = { offset: 0, count: allocator.used() };
  const { optimizerMatrices = 0, hiddenMatrices = optimizerMatrices } = training ?? {};
  const hidden = hiddenWeightsOf(shapes);
  const others = shapes.filter((shape) => isLearned(shape) && !hidden.includes(shape));
  const hiddenCount = Math.min(...others.map((shape) => learned.result.get(shape) ?? 0)) - learned.region.offset;
  const states = Array.from({ length: optimizerMatrices }, (_, matrix): StateMatrix => {
    const skipped = matrix < hiddenMatrices ? 0 : hiddenCount;
    return { offset: allocator.allocate(learned.region.count - skipped), skipped };
  });
  const average = training?.averages ? allocator.allocate(model.count) : NONE;
  const persistent = { offset: 0, count: allocator.used() };
  const gradients = allocator.region(() =>
    training === null ? new Map() : allocateParameters(allocator, shapes, LEARNED_KINDS),
  );
  return {
    parameters: shapes.map((shape) => ({
      ...shape,
      count: countElements(shape.shape),
      offset: learned.result.get(shape) ?? statistics.get(shape) ?? NONE,
      gradient: gradients.result.get(shape) ?? NONE,
    })),
    learned: learned.region,
    model,
    average,
    persistent,
    gradients: gradients.region,
    optimizerMatrices: states,
    optimizerScratch: allocator.allocate(training?.optimizerScratch ?? 0),
  };
}

function planRows(
  { allocate, allocateIndices }: Allocator,
  rows: number,
  dense: number,
  oneHotColumns: number,
  { targetColumns, weighted }: TrainingSizes,
): RowsPlan {
  return {
    rows,
    X: allocate(rows * dense),
    T: allocate(rows * targetColumns),
    rowWeights: weighted ? allocate(rows) : NONE,
    codesIndex: allocateIndices(rows * oneHotColumns),
  };
}

/** Plans every link, from the inputs to the outputs: each reads the output of the one before. */
function planLinks(
  allocator: Allocator,
  layers: readonly LayerLinks[],
  {
    slots,
    batch: { rows, X, codesIndex },
    training,
  }: { readonly slots: readonly ParameterSlot[]; readonly batch: RowsPlan; readonly training: TrainingSizes | null },
): Pick<Plan, 'chain' | 'dA'> {
  const memories = createLayerMemories(allocator, {
    rows,
    isTraining: training !== null,
    storesAll: training?.storesActivationGradients ?? false,
    widest: Math.max(...layers.flatMap(({ links }) => links).map(({ outputs }) => outputs)),
  });
  const chain: Omit<PlannedLink, 'outputGradient'>[] = [];
  for (const { layer, links } of layers) {
    const memory = memories(slots.filter((slot) => slot.layer === layer));
    for (const link of links) {
      const before = chain.at(-1);
      const input = { X: before?.output ?? X, isOverwritable: before?.isOverwritable ?? false };
      const needsGradient = training !== null && before !== undefined;
      const planned = link.plan(memory, { ...input, needsGradient, codesIndex });
      chain.push({ ...planned, layer, outputs: link.outputs });
    }
  }
  const last = chain[chain.length - 1];
  const dA = memories([]).gradient(last.outputs * rows);
  return { chain: withOutputGradients(chain, dA), dA };
}

/** Resolves each link's gradient by its output: what the links after it write. */
function withOutputGradients(chain: readonly Omit<PlannedLink, 'outputGradient'>[], dA: number): PlannedLink[] {
  return chain.map((link, index) => {
    const after = chain.slice(index + 1).find(({ inputGradient }) => inputGradient !== IN_PLACE);
    return { ...link, outputGradient: after?.inputGradient ?? dA };
  });
}
