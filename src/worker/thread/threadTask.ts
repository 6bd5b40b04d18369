/** The messages between a worker process and its training threads. */
import type { MessagePort } from 'node:worker_threads';
import type { Failure } from '../../jobs/failures.ts';
import type { Warning } from '../../kit/warning.ts';
import type { KernelsChoice } from '../../training/backend/kernels.ts';
import type { Checkpoint } from '../../training/checkpoint/checkpoint.ts';
import type { EncodedCheckpoint } from '../../training/checkpoint/encoding.ts';
import type { LayerTable } from '../../training/ensemble/layerTable.ts';
import type { EnsembleOutcome, TrainedNetwork } from '../../training/ensemble/outcome.ts';
import type { Snapshot } from '../../training/ensemble/snapshots.ts';
import type { StopRule } from '../../training/loop/stopRule.ts';
import type { Outcome } from '../../training/outcome.ts';
import type { Prepared } from '../../training/prepare.ts';
import type { EpochReport, RunPlan } from '../../training/report.ts';
import type { TrainingSpec } from '../../training/schemas/spec.ts';

/** The `workerData` of a thread. */
export interface ThreadSetup {
  readonly kernels: KernelsChoice;
}

/** What all tasks that train have. */
export interface TrainingTask {
  readonly spec: TrainingSpec;
  /** The prepared data of the training. Null: the thread prepares and reports it. */
  readonly prepared: Prepared | null;
  /** The dataset's Parquet file. */
  readonly file: string;
  /** The columns to read from the file. */
  readonly columns: readonly string[];
  /** The checkpoint to resume from; null: the training starts from the beginning. */
  readonly checkpoint: Checkpoint | null;
  /** The memory of a `Control`. */
  readonly control: SharedArrayBuffer;
  /** The port for `ThreadMessage`s. */
  readonly port: MessagePort;
}

/** The training of a single network. */
export interface ThreadTask extends TrainingTask {
  /** The rule by which the training pauses itself; null: it does not. */
  readonly stopRule: StopRule | null;
  /** Whether the end of the training is a checkpoint as well, from which it can be extended. */
  readonly extendable: boolean;
}

/** A network whose snapshots may be selected. */
export interface SnapshotsOfNetwork
  extends Pick<TrainingTask, 'spec' | 'prepared' | 'file' | 'columns'>,
    Pick<TrainedNetwork, 'member' | 'fold' | 'snapshots'> {}

/** The selection among the snapshots of an ensemble's members. */
export interface SelectionTask {
  /** Those of complete members, of at least one. */
  readonly networks: readonly SnapshotsOfNetwork[];
  readonly maxSelected: number;
}

/** Sent while a job trains, over the task's port. */
export type ThreadMessage =
  /** The first message of a task without prepared data. The data is in shared memory. */
  | { readonly kind: 'prepared'; readonly prepared: Prepared }
  /** `kernels`: a description of the kernels of the thread. */
  | { readonly kind: 'started'; readonly plan: RunPlan; readonly kernels: string }
  /** In ascending order of epochs. */
  | { readonly kind: 'epochs'; readonly reports: readonly EpochReport[] }
  | { readonly kind: 'checkpoint'; readonly checkpoint: EncodedCheckpoint }
  /** Of a member of an ensemble: the first message about its network. */
  | { readonly kind: 'network'; readonly layers: LayerTable }
  /** Of a member of an ensemble. The arrays are in shared memory. */
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot };

/** `error` is for the log only. */
export interface FailedResult {
  readonly kind: 'failed';
  readonly failure: Failure;
  readonly error?: unknown;
}

export type ThreadResult =
  | { readonly kind: 'trained'; readonly outcome: Outcome }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'halted' }
  | FailedResult;

/** Of a member of an ensemble. */
export type MemberResult =
  | { readonly kind: 'trained'; readonly epochs: number; readonly warnings: readonly Warning[] }
  | { readonly kind: 'stopped' }
  | FailedResult;

export type SelectionResult = { readonly kind: 'selected'; readonly outcome: EnsembleOutcome } | FailedResult;
