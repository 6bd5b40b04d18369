/**
 * Messages between the API and the process that measures a model. Each request has one response, in
 * order.
 */
import type { KernelsChoice } from '../../training/backend/kernels.ts';
import type { Outcome } from '../../training/outcome.ts';
import type { TrainingSpec } from '../../training/schemas/spec.ts';
import type { StoredNetwork } from '../stored/storedNetworks.ts';

export interface TableRequest {
  readonly kind: 'table';
  readonly kernels: KernelsChoice;
  /** The Parquet file of the dataset. */
  readonly file: string;
  /** The columns to read from it. */
  readonly columns: readonly string[];
  readonly spec: TrainingSpec;
}

export type EvaluationRequest =
  | TableRequest
  | { readonly kind: 'network'; readonly network: StoredNetwork }
  | { readonly kind: 'measure' };

export type EvaluationResponse =
  | { readonly kind: 'done' }
  | { readonly kind: 'measured'; readonly metrics: Outcome['metrics'] }
  | { readonly kind: 'failed'; readonly failure: string };
