import type { Activation } from '../kernels/kernels.ts';
import { NONE } from '../kernels/kernels.ts';
import type { Allocator } from '../memory/allocator.ts';
import type { CompleteLayer } from '../network/spec.ts';
import type { Normalization } from './normalization.ts';
import { NORMALIZATIONS } from './normalizations.ts';
import type { OneHotPlan } from './oneHotPlan.ts';

/** A layer's sizes and rules: k inputs, n units. */
export interface LayerShape {
  readonly k: number;
  /** The first of the k inputs, which are multiplied; the others are one-hot. */
  readonly dense: number;
  readonly n: number;
  readonly activation: Activation;
  readonly normalization: Normalization | null;
  readonly dropout: number;
}

/** Where the parameters lie, or their gradients. NONE: the layer has no such parameter. */
export interface LayerParameters {
  readonly W: number;
  readonly b: number;
  readonly gamma: number;
  readonly beta: number;
}

/** Where batch normalization's running statistics (n, 1) lie. */
interface LayerRunning {
  readonly runningMean: number;
  readonly runningVariance: number;
}

/** Where the gradients of the parameters lie. */
interface LayerGradients {
  readonly dW: number;
  readonly db: number;
  readonly dgamma: number;
  readonly dbeta: number;
}

/** Where what the forward pass computes lies, each (n, m). */
interface LayerActivations {
  /** Lost where A takes its place. */
  readonly Z: number;
  /** Z normalized; Z itself without normalization. A takes its place unless it is needed on the way back, or to be looked at. */
  readonly Y: number;
  readonly A: number;
  /** A after dropout, in training; A itself without dropout. */
  readonly D: number;
  /** What the normalization keeps for the way back. */
  readonly mean: number;
  readonly inverseDeviation: number;
}

/** Where the gradients of the activations lie, each (n, m). dZ takes dA's place unless both are to be looked at. */
interface LayerActivationGradients {
  readonly dA: number;
  readonly dZ: number;
}

/** All that the passes need to know of a layer: sizes, rules, and offsets into the arena. */
export interface LayerPlan
  extends LayerShape,
    LayerParameters,
    LayerRunning,
    LayerGradients,
    LayerActivations,
    LayerActivationGradients {
  /** Of the first layer, where it has one-hot inputs. */
  readonly oneHot: OneHotPlan | null;
}

/** The sizes and rules of a layer behind `k` inputs, the last `oneHot` of them one-hot. */
export function shapeOf(layer: CompleteLayer, k: number, oneHot: number): LayerShape {
  const { units: n, activation, normalization: name, dropout } = layer;
  const normalization = name === null ? null : NORMALIZATIONS[name];
  return { k, dense: k - oneHot, n, activation, dropout, normalization };
}

/** Room for W (n, k), b (n, 1) and, of a normalized layer, gamma and beta (n, 1). */
export function allocateParameters({ allocate }: Allocator, { k, n, normalization }: LayerShape): LayerParameters {
  const normalized = normalization !== null;
  return {
    W: allocate(k * n),
    b: allocate(n),
    gamma: normalized ? allocate(n) : NONE,
    beta: normalized ? allocate(n) : NONE,
  };
}

/** Room for the running mean and variance (n, 1), where the normalization keeps them. */
export function allocateRunning({ allocate }: Allocator, { n, normalization }: LayerShape): LayerRunning {
  return normalization?.tracksRunningStats
    ? { runningMean: allocate(n), runningVariance: allocate(n) }
    : { runningMean: NONE, runningVariance: NONE };
}

/** The gradients lie in the parameters' order, so that one kernel call can step through both. */
export function allocateGradients(allocator: Allocator, shape: LayerShape): LayerGradients {
  const { W: dW, b: db, gamma: dgamma, beta: dbeta } = allocateParameters(allocator, shape);
  return { dW, db, dgamma, dbeta };
}

/** Of a network that only predicts. */
export const NO_GRADIENTS: LayerGradients = { dW: NONE, db: NONE, dgamma: NONE, dbeta: NONE };

/** Room for what a pass over at most m rows computes; Y and D are Z and A themselves where nothing stands between. */
export function allocateActivations(
  { allocate }: Allocator,
  { n, normalization, dropout }: LayerShape,
  m: number,
  storesY: boolean,
): LayerActivations {
  const statistics = normalization?.statistics(n, m) ?? 0;
  const A = allocate(n * m);
  const Y = storesY ? allocate(n * m) : A;
  return {
    Z: normalization === null ? Y : allocate(n * m),
    Y,
    A,
    D: dropout > 0 ? allocate(n * m) : A,
    mean: allocate(statistics),
    inverseDeviation: allocate(statistics),
  };
}
