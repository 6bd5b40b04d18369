import type { EmbeddingSpec } from '../engine/layers/embedding/embedding.ts';
import type { CompleteLayer } from '../engine/layers/layerSpec.ts';
import type { LossSpec } from '../engine/losses/losses.ts';
import type { Parameter } from '../engine/memory/parameters.ts';
import type { FittedFeatures } from '../features/features.ts';
import type { FittedTarget } from '../features/target.ts';
import type { Warning } from '../kit/warning.ts';
import type { Metrics } from './metrics/measure.ts';
import type { PackedSplit } from './split/packed.ts';
import type { SplitName } from './split/splits.ts';

/**
 * The result of a training: everything for predictions, and its metrics. Plain data, to be sent
 * between threads.
 */
export interface Outcome {
  readonly features: FittedFeatures;
  readonly target: FittedTarget;
  /** Of the number columns; null: none. */
  readonly embedding: EmbeddingSpec | null;
  /** Including the output layer. */
  readonly layers: readonly CompleteLayer[];
  readonly loss: LossSpec;
  /** Of the best epoch, in the notes' shapes. */
  readonly parameters: readonly Parameter[];
  /** Null for a split without rows. */
  readonly metrics: Readonly<Record<SplitName, Metrics | null>>;
  /** The rows that it was trained and evaluated on. */
  readonly split: PackedSplit;
  readonly best: { readonly epoch: number; readonly validationLoss: number | null };
  /** Number of epochs run. */
  readonly epochs: number;
  readonly warnings: readonly Warning[];
}
