import { INTERNAL_ERROR_DETAIL } from '../kit/contract/errors.ts';

/** The codes of failures, which clients see. */
export const FAILURE_CODES = [
  'loss_diverged',
  'invalid_spec',
  'dataset_not_found',
  'out_of_memory',
  'stored_bytes_quota',
  'thread_crashed',
  'worker_crashed',
  'internal_error',
] as const;
type FailureCode = (typeof FAILURE_CODES)[number];

export interface Failure {
  readonly code: FailureCode;
  /** The cause and the remedy, without internal details. */
  readonly message: string;
}

/**
 * A job fails after this many deaths of its worker process while it ran alone, without a new
 * checkpoint in between.
 */
export const MAX_CRASHES = 3;

export const WORKER_CRASHED: Failure = {
  code: 'worker_crashed',
  message: `The worker process died ${MAX_CRASHES} times while it ran this job alone, and the job wrote no checkpoint in between. Most often a training needs more memory than the machine has: use a smaller network, batch or dataset, or more memory, then retry the job. The log of the service has the signal or exit code of each death.`,
};

export const DATASET_MISSING: Failure = {
  code: 'dataset_not_found',
  message:
    'The dataset was deleted before the job ran, or its file is lost. Upload the same file again, then retry the job, or queue a new job if the dataset was deleted.',
};

export const INTERNAL_ERROR: Failure = {
  code: 'internal_error',
  message: INTERNAL_ERROR_DETAIL,
};

export const OUT_OF_MEMORY: Failure = {
  code: 'out_of_memory',
  message: 'The training ran out of memory. Use fewer rows or columns, smaller layers, or a machine with more memory.',
};

/**
 * The failure of a trained job whose model exceeds the storage quota of its project. `why` contains
 * the figures.
 */
export function storageQuotaExceeded(why: string): Failure {
  const remedy =
    'Delete datasets or models, then retry the job: it resumes from its last checkpoint and creates the same model.';
  return { code: 'stored_bytes_quota', message: `${why} ${remedy}` };
}

/** The failure of a job that needs more memory than the limit of the worker. */
export function tooLarge(neededBytes: number, limitBytes: number): Failure {
  return {
    code: 'out_of_memory',
    message: `The job needs about ${megabytes(neededBytes)} MB and the worker may use ${megabytes(limitBytes)} MB. Use fewer rows or columns, smaller layers, or a machine with more memory.`,
  };
}

/** The failure of a job whose thread ended with an error. */
export function threadFailure(error: unknown): Failure {
  if (isOutOfMemory(error)) return OUT_OF_MEMORY;
  return {
    code: 'thread_crashed',
    message:
      'The thread that trained this job ended unexpectedly; the log of the service has the error. Other jobs are not affected.',
  };
}

/**
 * Node reports a full heap by a code. A typed array, a wasm memory or an arena that cannot be
 * allocated is a RangeError.
 */
export function isOutOfMemory(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? error.code : undefined;
  return (
    code === 'ERR_WORKER_OUT_OF_MEMORY' ||
    (error instanceof RangeError && /memory|allocation|array length|arena/i.test(error.message))
  );
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 2 ** 20);
}
