/** The messages between the worker process and the thread of the reports. */
import type { KernelsChoice } from '../../training/backend/kernels.ts';
import type { PackedSplit } from '../../training/split/packed.ts';
import type { OutputsRequest } from '../outputs/rowOutputs.ts';
import type { StoredNetwork } from '../stored/storedNetworks.ts';
import type { ReportedModel, ReportFailure, ReportOutcome } from './kind.ts';

/** The `workerData` of the thread. */
export interface ReportThreadSetup {
  readonly kernels: KernelsChoice;
}

/** Outputs that the report reads of one model. */
export interface NeededOutputs {
  readonly request: OutputsRequest;
  /** The name under which they are stored. */
  readonly key: string;
  /** Null: they are not stored and must be computed. */
  readonly stored: Uint8Array | null;
}

export interface TaskModel extends ReportedModel {
  readonly outputs: readonly NeededOutputs[];
  /** Empty if all outputs are stored. */
  readonly networks: readonly StoredNetwork[];
  readonly split: PackedSplit | null;
  /** The file of the dataset of its training; null if that was deleted. */
  readonly trainingFile: string | null;
}

export interface ReportTask {
  readonly kind: string;
  readonly request: unknown;
  readonly models: readonly TaskModel[];
  /** The Parquet file of the dataset. */
  readonly file: string;
  /** The memory of a `ReportControl`. */
  readonly control: SharedArrayBuffer;
}

/** Outputs that were computed. */
export interface NewOutputs {
  readonly key: string;
  readonly modelId: string;
  readonly bytes: Uint8Array;
}

export type ReportTaskResult =
  | ({ readonly kind: 'done'; readonly computed: readonly NewOutputs[] } & ReportOutcome)
  | { readonly kind: 'stopped' }
  /** `error` is for the log only. */
  | { readonly kind: 'failed'; readonly failure: ReportFailure; readonly error?: unknown };
