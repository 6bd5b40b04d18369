/** What a worker process and its threads say to each other. */
import type { MessagePort } from 'node:worker_threads';
import type { EncodedCheckpoint } from '../../jobs/checkpoints/checkpoints.ts';
import type { Failure } from '../../jobs/failures.ts';
import type { KernelsChoice } from '../../training/backend/kernels.ts';
import type { Checkpoint } from '../../training/checkpoint/checkpoint.ts';
import type { StopRule } from '../../training/loop/stopRule.ts';
import type { Outcome } from '../../training/outcome.ts';
import type { Prepared } from '../../training/prepare.ts';
import type { EpochReport, RunPlan } from '../../training/report.ts';
import type { TrainingSpec } from '../../training/schemas/spec.ts';

/** What a thread gets to know once, as its `workerData`. */
export interface ThreadSetup {
  readonly kernels: KernelsChoice;
}

export interface ThreadTask {
  readonly spec: TrainingSpec;
  /** What the training needs of the dataset; null: the thread reads it, and hands it on. */
  readonly prepared: Prepared | null;
  /** The dataset's Parquet file. */
  readonly file: string;
  /** The columns to read of it. */
  readonly columns: readonly string[];
  /** Where to go on from; null: from the start. */
  readonly checkpoint: Checkpoint | null;
  /** Where it pauses of itself; null: nowhere. */
  readonly halt: StopRule | null;
  /** Whether a checkpoint is handed out at its end, too. */
  readonly extendable: boolean;
  /** The memory of a `Control`. */
  readonly control: SharedArrayBuffer;
  /** Where the thread sends its `ThreadMessage`s. */
  readonly port: MessagePort;
}

/** Sent while a job trains, over the task's port. */
export type ThreadMessage =
  /** Comes first, where the thread was to make it; its memory is shared. */
  | { readonly kind: 'prepared'; readonly prepared: Prepared }
  /** `kernels` are those of the thread, described. */
  | { readonly kind: 'started'; readonly plan: RunPlan; readonly kernels: string }
  /** The earliest first. */
  | { readonly kind: 'epochs'; readonly reports: readonly EpochReport[] }
  | { readonly kind: 'checkpoint'; readonly checkpoint: EncodedCheckpoint };

export type ThreadResult =
  | { readonly kind: 'trained'; readonly outcome: Outcome }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'halted' }
  /** `error` is for the log alone. */
  | { readonly kind: 'failed'; readonly failure: Failure; readonly error?: unknown };
