import { type Effort, MAX_SELECTED, type MemberRequest } from '../../schemas/ensemble.ts';
import type { EmbeddingRequest, LayerRequest } from '../../schemas/network.ts';
import type { OptimizerRequest } from '../../schemas/optimizer.ts';
import { epochCost, MIN_EPOCHS, OPTIMIZER, type Size, updateCost } from '../defaults.ts';
import { completeEmbedding } from '../embedding.ts';

/** The data that a list of members is chosen for. `inputs` includes those of bins. */
export interface EnsembleSize extends Size {
  readonly inputsWithoutBins: number;
  readonly numericColumns: number;
}

/**
 * Multiply-adds of all members together, at most, those of their optimizers included, and how many
 * networks a model averages. Early stopping ends most trainings sooner.
 */
const EFFORT_LIMITS: Readonly<Record<Effort, { readonly budget: number; readonly maxSelected: number }>> = {
  fast: { budget: 6e11, maxSelected: 8 },
  standard: { budget: 5.5e12, maxSelected: 16 },
  best: { budget: 3e13, maxSelected: 16 },
};

/** Snapshots that a model averages with folds: each is a network of every fold. */
const PICKS_WITH_FOLDS = 8;

/** From here, a table has many rows, or a medium number of them. */
const LARGE_ROWS = 8000;
const MEDIUM_ROWS = 2000;

interface Kind {
  /** Whether the data suits it. Default: any. */
  readonly suits?: (size: EnsembleSize) => boolean;
  member(size: EnsembleSize): MemberPlan;
}

interface MemberPlan {
  readonly features: NonNullable<MemberRequest['features']>;
  readonly network: NonNullable<MemberRequest['network']> & { readonly layers: LayerRequest[] };
  readonly epochs: number;
  readonly patience: number;
  readonly training: NonNullable<MemberRequest['training']> & { readonly optimizer: OptimizerRequest };
}

/**
 * The frequencies that suit a table differ by two orders of magnitude: a spread needs no search.
 */
const SCALES = [0.1, 0.3, 0.6, 1.2, 5];
const FAST_SCALES = [0.3, 1.2, 5];
const BEST_SCALES = [0.02, 0.1, 0.3, 0.6, 1.2, 2.5, 5, 8];
/** More columns would need too many inputs. */
const MAX_EMBEDDED_COLUMNS = 500;

/** Muon converges in few epochs. Its decay is that of the other parameters. */
const MUON = {
  type: 'muon',
  learningRate: 0.01,
  momentum: 0.95,
  iterations: 5,
  weightDecay: 0.03,
  rest: { ...OPTIMIZER, learningRate: 0.0015, weightDecay: 0.03 },
} as const;
const ADAMW = { ...OPTIMIZER, weightDecay: 0.03 };

/**
 * Learned cosines of the numbers. At a constant rate, late snapshots differ, which serves the
 * selection; the average replaces the decay of the rate.
 */
const cosine = (scale: number, optimizer: typeof MUON | typeof ADAMW): Kind => ({
  suits: ({ numericColumns }) => numericColumns > 0 && numericColumns <= MAX_EMBEDDED_COLUMNS,
  member: (size) => ({
    features: { bins: 0 },
    network: {
      embedding: { type: 'cosine', scale },
      layers: repeat(3, { units: 128, activation: 'relu', initializer: 'fanInUniform', dropout: 0.05 }),
    },
    epochs: optimizer.type === 'muon' ? cosineEpochs(size) : 2 * cosineEpochs(size),
    patience: 12,
    training: {
      optimizer,
      schedule: { type: 'constant', warmup: 0 },
      clipGradientNorm: null,
      averaging: { decay: 0.97 },
    },
  }),
});

function cosineEpochs({ rows }: EnsembleSize): number {
  if (rows > LARGE_ROWS) return 32;
  return rows >= MEDIUM_ROWS ? 24 : 40;
}

const DECAYING = {
  optimizer: OPTIMIZER,
  schedule: { type: 'cosine', minimum: 0, warmup: 0.05 },
  clipGradientNorm: 1,
} as const;

/** Piecewise-linear inputs, as many as by default, and a smooth activation. */
const bins = (dropout: number): Kind => ({
  member: () => ({
    features: {},
    network: { layers: repeat(2, { units: 256, activation: 'mish', dropout }) },
    ...{ epochs: 60, patience: 12, training: DECAYING },
  }),
});

/** Without bins, as in a table of hundreds of columns, the kind is too similar to the plain one. */
const ifBins = (kind: Kind): Kind => ({
  ...kind,
  suits: ({ inputs, inputsWithoutBins }) => inputs > inputsWithoutBins,
});

/** Standardized numbers and self-normalizing layers. Smoothed labels suit it alone. */
const plain = (epochs: number, patience: number): Kind => ({
  member: ({ task }) => ({
    features: { bins: 0, scaling: 'standard' },
    network: { layers: repeat(3, { units: 256, activation: 'selu', dropout: 0.15 }) },
    ...{ epochs, patience },
    training: task === 'regression' ? DECAYING : { ...DECAYING, labelSmoothing: 0.1 },
  }),
});

const LONG = plain(160, 32);
const SHORT = plain(80, 16);

const withMuon = (scales: readonly number[]) => scales.map((scale) => cosine(scale, MUON));
/** Another optimizer makes networks more different than another seed. */
const withAdamw = (scales: readonly number[]) => scales.map((scale) => cosine(scale, ADAMW));
const BEST_COSINES = [...withMuon(BEST_SCALES), ...withAdamw(BEST_SCALES)];

/** Many classes gain most from the plain kind, trained for longer. */
const KINDS: Readonly<Record<Effort, { readonly few: readonly Kind[]; readonly manyClasses: readonly Kind[] }>> = {
  fast: { few: [...withMuon(FAST_SCALES), bins(0.25)], manyClasses: [ifBins(bins(0.25)), SHORT] },
  standard: {
    few: [...withMuon(SCALES), bins(0.25), SHORT],
    manyClasses: [...withMuon(SCALES), bins(0.25), LONG, LONG],
  },
  best: {
    few: [...BEST_COSINES, bins(0.25), SHORT, bins(0.3), SHORT],
    manyClasses: [...BEST_COSINES, bins(0.25), LONG, LONG, bins(0.3), LONG, LONG],
  },
};

const NEXT_COSINES = withMuon([1.2, 0.3, 5]);
const MORE_COSINES = withMuon([0.1, 0.6]);
const LAST_COSINES = [...withAdamw([1.2, 0.3, 5]), ...withMuon([0.02, 2.5, 8]), ...withAdamw([0.1, 0.6, 0.02, 2.5, 8])];

/**
 * The most useful networks first. The first one suits any data, and its early epochs are better
 * than those of the others.
 */
const BY_USE: (typeof KINDS)[Effort] = {
  few: [bins(0.25), ...NEXT_COSINES, SHORT, ...MORE_COSINES, bins(0.3), SHORT, ...LAST_COSINES],
  manyClasses: [bins(0.25), LONG, ...NEXT_COSINES, ...MORE_COSINES, LONG, bins(0.3), ...LAST_COSINES, LONG, LONG],
};

/** The networks that a budget chooses the first ones of, with all their epochs. */
export function membersByUse(size: EnsembleSize): readonly MemberRequest[] {
  return suitable(BY_USE, size).map((kind) => completeMember(kind.member(size), size, 1));
}

/** How many networks the model of so many members averages. */
export function defaultMaxSelected(members: number, folds: number | null): number {
  return withFolds(EFFORT_LIMITS[members > KINDS.fast.few.length ? 'standard' : 'fast'].maxSelected, folds);
}

/** With folds, a selected snapshot is a network of each. */
function withFolds(maxSelected: number, folds: number | null): number {
  return folds === null ? maxSelected : Math.min(MAX_SELECTED, PICKS_WITH_FOLDS * folds);
}

/** The networks that an ensemble trains by default, and how many its model averages. */
export function defaultMembers(effort: Effort, size: EnsembleSize, folds: number | null) {
  const { budget, maxSelected } = EFFORT_LIMITS[effort];
  const plans = suitable(KINDS[effort], size).map((kind) => kind.member(size));
  const cost = plans.reduce((sum, plan) => sum + plan.epochs * costOf(plan, size), 0);
  // Of the one or two members of the fast list for many classes, each needs most of its epochs.
  const factor = size.task === 'multiclass' && effort === 'fast' ? plans.length : 1;
  const share = Math.min(1, (factor * budget) / (cost * (folds ?? 1)));
  return {
    members: plans.map((plan) => completeMember(plan, size, share)),
    maxSelected: withFolds(maxSelected, folds),
  };
}

function suitable({ few, manyClasses }: (typeof KINDS)[Effort], size: EnsembleSize): readonly Kind[] {
  const kinds = size.task === 'multiclass' ? manyClasses : few;
  return kinds.filter(({ suits }) => suits?.(size) ?? true);
}

/** Multiply-adds of an epoch, those of the optimizer included. */
function costOf({ features, network, training }: MemberPlan, size: EnsembleSize): number {
  const plain = features.bins === 0 ? size.inputsWithoutBins : size.inputs;
  const layers = { ...size, inputs: plain + addedInputs(network.embedding, size) };
  const steps = Math.ceil(size.rows / batchSizeFor(size.rows));
  return epochCost(layers, network.layers) + steps * updateCost(layers, network.layers, training.optimizer);
}

/** Inputs of layer 1 that the embedding adds to those of the numbers themselves. */
function addedInputs(embedding: EmbeddingRequest | null | undefined, { numericColumns, rows }: EnsembleSize): number {
  if (!embedding) return 0;
  return numericColumns * (completeEmbedding(embedding, { columns: numericColumns, rows }).width - 1);
}

/** `share`: the part of its epochs that the budget allows. */
function completeMember(
  { features, network, epochs, patience, training }: MemberPlan,
  { rows }: EnsembleSize,
  share: number,
): MemberRequest {
  return {
    features,
    network,
    training: {
      ...training,
      epochs: Math.max(MIN_EPOCHS, Math.round(epochs * share)),
      batchSize: batchSizeFor(rows),
      earlyStopping: { metric: 'validationLoss', patience, minDelta: 0 },
    },
  };
}

function batchSizeFor(rows: number): number {
  if (rows > LARGE_ROWS) return 256;
  return rows >= MEDIUM_ROWS ? 128 : 64;
}

function repeat<Item>(count: number, item: Item): Item[] {
  return Array.from({ length: count }, () => item);
}
