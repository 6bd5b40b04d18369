import type { Effort, MemberRequest } from '../../schemas/ensemble.ts';
import type { LayerRequest } from '../../schemas/network.ts';
import { affordableEpochs, OPTIMIZER, type Size } from '../defaults.ts';

/** The data that a list of members is chosen for. */
export interface EnsembleSize extends Size {
  readonly numericColumns: number;
}

/**
 * Multiply-adds of all members together, at most, and how many networks a model averages. Early
 * stopping ends most trainings sooner.
 */
const EFFORT_LIMITS: Readonly<Record<Effort, { readonly budget: number; readonly maxSelected: number }>> = {
  fast: { budget: 5e11, maxSelected: 8 },
  standard: { budget: 5e12, maxSelected: 16 },
  best: { budget: 3e13, maxSelected: 16 },
};

/** Bins of a number column, at most; a bin has this many rows, and all columns so many bins. */
const MAX_BINS = 48;
const ROWS_PER_BIN = 100;
const MAX_BIN_INPUTS = 1024;

interface Kind {
  readonly epochs: number;
  readonly patience: number;
  member(size: EnsembleSize): {
    readonly features: NonNullable<MemberRequest['features']>;
    readonly layers: LayerRequest[];
    readonly training: NonNullable<MemberRequest['training']>;
  };
}

/** Piecewise-linear inputs and a smooth activation. */
const bins = (dropout: number): Kind => ({
  epochs: 60,
  patience: 12,
  member: (size) => ({
    features: { bins: binsFor(size) },
    layers: repeat(2, { units: 256, activation: 'mish', dropout }),
    training: {},
  }),
});

/** Standardized numbers and self-normalizing layers. Smoothed labels suit it alone. */
const plain = (epochs: number, patience: number): Kind => ({
  epochs,
  patience,
  member: ({ task }) => ({
    features: { bins: 0, scaling: 'standard' },
    layers: repeat(3, { units: 256, activation: 'selu', dropout: 0.15 }),
    training: task === 'regression' ? {} : { labelSmoothing: 0.1 },
  }),
});

const LONG = plain(160, 32);
const SHORT = plain(80, 16);

/** Many classes gain most from the plain kind, trained for longer. */
const KINDS: Readonly<Record<Effort, { readonly few: readonly Kind[]; readonly manyClasses: readonly Kind[] }>> = {
  fast: { few: [bins(0.25)], manyClasses: [SHORT] },
  standard: { few: [bins(0.25), SHORT], manyClasses: [bins(0.25), LONG, LONG] },
  best: { few: [bins(0.25), SHORT, bins(0.3), SHORT], manyClasses: [bins(0.25), LONG, LONG, bins(0.3), LONG, LONG] },
};

/** The networks that an ensemble trains by default, and how many its model averages. */
export function defaultMembers(effort: Effort, size: EnsembleSize) {
  const { budget, maxSelected } = EFFORT_LIMITS[effort];
  const kinds = KINDS[effort][size.task === 'multiclass' ? 'manyClasses' : 'few'];
  const members = kinds.map((kind) => completeMember(kind, size, budget / kinds.length));
  return { members, maxSelected };
}

function completeMember(kind: Kind, size: EnsembleSize, budget: number): MemberRequest {
  const { features, layers, training } = kind.member(size);
  const epochs = Math.min(kind.epochs, affordableEpochs(size, layers, budget));
  return {
    features,
    network: { layers },
    training: {
      ...training,
      epochs,
      optimizer: OPTIMIZER,
      batchSize: batchSizeFor(size.rows),
      schedule: { type: 'cosine', minimum: 0, warmup: 0.05 },
      clipGradientNorm: 1,
      earlyStopping: { metric: 'validationLoss', patience: kind.patience, minDelta: 0 },
    },
  };
}

function binsFor({ rows, numericColumns }: EnsembleSize): number {
  return Math.min(MAX_BINS, Math.floor(rows / ROWS_PER_BIN), Math.floor(MAX_BIN_INPUTS / Math.max(1, numericColumns)));
}

function batchSizeFor(rows: number): number {
  if (rows > 8000) return 256;
  return rows >= 2000 ? 128 : 64;
}

function repeat<Item>(count: number, item: Item): Item[] {
  return Array.from({ length: count }, () => item);
}
