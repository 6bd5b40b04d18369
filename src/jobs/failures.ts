import { INTERNAL_ERROR_DETAIL } from '../kit/contract/errors.ts';

/** Why a job failed, as clients read it. */
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
  /** What went wrong and what to do about it; nothing from inside. */
  readonly message: string;
}

/** A job fails when its worker process died so often while it ran alone, without a new checkpoint in between. */
export const MAX_CRASHES = 3;

export const WORKER_CRASHED: Failure = {
  code: 'worker_crashed',
  message: `The worker process died ${MAX_CRASHES} times while it ran this job alone, and the job wrote no checkpoint in between. Most often a training needs more memory than the machine has: use a smaller network, batch or dataset, or more memory, then retry the job. The log of the service has the signal or exit code of each death.`,
};

export const DATASET_MISSING: Failure = {
  code: 'dataset_not_found',
  message:
    'The dataset was deleted before the job ran, or its file is lost. Upload the same file again, then retry the job, or queue a new one where the dataset was deleted.',
};

export const INTERNAL_ERROR: Failure = {
  code: 'internal_error',
  message: INTERNAL_ERROR_DETAIL,
};

export const OUT_OF_MEMORY: Failure = {
  code: 'out_of_memory',
  message: 'The training ran out of memory. Use fewer rows or columns, smaller layers, or a machine with more memory.',
};

/** A job that was trained and whose model is more than its project may store; `why` says by how much. */
export function storageQuotaExceeded(why: string): Failure {
  const remedy =
    'Delete datasets or models, then retry the job: it goes on from its last checkpoint and makes the same model.';
  return { code: 'stored_bytes_quota', message: `${why} ${remedy}` };
}

/** A job that needs more memory than the worker may use at all. */
export function tooLarge(neededBytes: number, limitBytes: number): Failure {
  return {
    code: 'out_of_memory',
    message: `The job needs about ${megabytes(neededBytes)} MB and the worker may use ${megabytes(limitBytes)} MB. Use fewer rows or columns, smaller layers, or a machine with more memory.`,
  };
}

/** What a thread that ended by an error says to the client. */
export function threadFailure(error: unknown): Failure {
  if (isOutOfMemory(error)) return OUT_OF_MEMORY;
  return {
    code: 'thread_crashed',
    message: 'The thread that trained this job ended unexpectedly; the log of the service says more. Other jobs go on.',
  };
}

/** Node names a full heap by a code; a typed array, a wasm memory or an arena that is not to be had is a RangeError. */
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
