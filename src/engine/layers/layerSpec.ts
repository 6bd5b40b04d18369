import type { Activation } from '../kernels/kernels.ts';
import { type InitializerName, initializerFor } from './initializers.ts';
import type { OneHotColumn } from './inputs.ts';
import type { Layer } from './layer.ts';
import type { NormalizationName } from './normalizations.ts';

/** Layer l of the notes. `layers.ts` lists what it consists of. */
export interface LayerSpec {
  /** n[l]. */
  readonly units: number;
  /** g[l]. */
  readonly activation: Activation;
  /** Default: the one that suits the activation. */
  readonly initializer?: InitializerName | undefined;
  /** Applied to Z before the activation. Default: none. */
  readonly normalization?: NormalizationName | null | undefined;
  /** Fraction of A that each training step sets to 0. Hidden layers only. Default: 0. */
  readonly dropout?: number | undefined;
}

/** A layer with every default filled in. */
export type CompleteLayer = { readonly [Option in keyof LayerSpec]-?: Exclude<LayerSpec[Option], undefined> };

/** Fills in every default. */
export function completeLayer({
  units,
  activation,
  initializer = initializerFor(activation),
  normalization = null,
  dropout = 0,
}: LayerSpec): CompleteLayer {
  return { units, activation, initializer, normalization, dropout };
}

/** Where layer l is in the network. */
export interface LayerPosition {
  /** l, from 1. */
  readonly layer: number;
  /** L. */
  readonly layers: number;
  /** n[l-1]: all inputs. */
  readonly inputs: number;
  /**
   * Whether b is drawn instead of 0: where the embedding starts at 0, a relu after zeros would
   * never learn.
   */
  readonly drawsBiases: boolean;
  /** The last of the inputs, column by column. Of the network's first layer only. */
  readonly oneHot: readonly OneHotColumn[];
}

/** Creates a link of layer l; null where the spec does not ask for it. */
export type CreateLayer = (spec: CompleteLayer, position: LayerPosition) => Layer | null;
