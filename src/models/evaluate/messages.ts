/** What the API and the process that measures ensembles say to each other: each request has one answer, and the next comes after it. */
import type { KernelsChoice } from '../../training/backend/kernels.ts';
import type { Outcome } from '../../training/outcome.ts';
import type { TrainingSpec } from '../../training/schemas/spec.ts';
import type { StoredNetwork } from '../stored/storedNetworks.ts';

export interface TableRequest {
  readonly kind: 'table';
  readonly kernels: KernelsChoice;
  /** The dataset's Parquet file. */
  readonly file: string;
  /** The columns to read of it. */
  readonly columns: readonly string[];
  readonly spec: TrainingSpec;
}

export type EvaluationRequest =
  | TableRequest
  | { readonly kind: 'member'; readonly member: StoredNetwork }
  | { readonly kind: 'measure' };

export type EvaluationResponse =
  | { readonly kind: 'done' }
  | { readonly kind: 'measured'; readonly metrics: Outcome['metrics'] }
  | { readonly kind: 'failed'; readonly failure: string };
