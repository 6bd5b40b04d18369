import type { Logger } from 'pino';
import type { Checkpoints } from '../../jobs/checkpoints/checkpoints.ts';
import { INTERNAL_ERROR, storageQuotaExceeded } from '../../jobs/failures.ts';
import type { JobHyperparameters } from '../../jobs/submission/requestSchema.ts';
import type { Clock } from '../../kit/clock.ts';
import { ServiceError } from '../../kit/contract/errors.ts';
import type { Warning } from '../../kit/warning.ts';
import type { Queries } from '../../store/database/database.ts';
import type { CheckpointRow } from '../../store/database/tables.ts';
import type { EnsembleOutcome } from '../../training/ensemble/outcome.ts';
import type { Outcome } from '../../training/outcome.ts';
import type { ProgressWriter } from '../progress/progressWriter.ts';
import type { Queue } from '../queue/queueStore.ts';
import type { ThreadResult } from '../thread/threadTask.ts';

/** The facts about a job that its model needs. */
export interface TrainedJob<Spec extends JobHyperparameters = JobHyperparameters> {
  readonly id: string;
  readonly project: string;
  readonly name: string;
  readonly datasetId: string | null;
  readonly spec: Spec;
  /** The warnings from the submission. */
  readonly warnings: readonly Warning[];
}

/**
 * Writes the model of a job within the caller's transaction, created at `now` (milliseconds since
 * 1970), and returns its id. Throws ServiceError `stored_bytes_quota` if it exceeds the storage
 * quota of the project.
 */
export type SaveModel = (queries: Queries, job: TrainedJob, outcome: AnyOutcome, now: number) => Promise<string>;

/** The model of a single network, or of an ensemble. */
export type AnyOutcome = Outcome | EnsembleOutcome;

/** The result of the training of a job. */
export interface FinishedTraining {
  readonly result:
    | Exclude<ThreadResult, { kind: 'trained' }>
    | { readonly kind: 'trained'; readonly outcome: AnyOutcome };
  /** The checkpoint that an extension resumes from, once the model is saved. */
  readonly last: CheckpointRow | null;
}

export interface EndJobDeps {
  readonly queue: Queue;
  readonly progress: ProgressWriter;
  readonly checkpoints: Checkpoints;
  readonly saveModel: SaveModel;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Moves the job to the state that follows from its training, after all of its progress is written.
 */
export async function endJob(deps: EndJobDeps, job: TrainedJob, { result, last }: FinishedTraining): Promise<void> {
  const { queue, progress, checkpoints, log } = deps;
  if (result.kind !== 'trained') await progress.flush();
  // Without a model the last checkpoint is not recorded: the next attempt writes it again.
  if (last && result.kind !== 'trained') await checkpoints.removeFiles([last.file]);
  switch (result.kind) {
    case 'trained':
      return succeed(deps, job, result.outcome, last);
    case 'failed':
      // The error is logged only if it is internal. Messages of other failures may quote the data,
      // and the job has them.
      log.warn(
        { code: result.failure.code, ...(result.failure.code === INTERNAL_ERROR.code && { err: result.error }) },
        'job failed',
      );
      // A retry from a checkpoint would diverge again.
      if (result.failure.code === 'loss_diverged') await checkpoints.forget(job.id);
      return queue.fail(job.id, result.failure);
    case 'halted':
      log.info('job halted');
      return queue.halt(job.id);
    case 'stopped':
      log.info('job stopped');
      return queue.release(job.id);
  }
}

/**
 * Writes the last epochs, the model, the final state and the last checkpoint in one transaction.
 */
async function succeed(
  deps: EndJobDeps,
  job: TrainedJob,
  outcome: AnyOutcome,
  last: CheckpointRow | null,
): Promise<void> {
  const { queue, progress, checkpoints, saveModel, clock, log } = deps;
  const warnings = distinct([...job.warnings, ...outcome.warnings]);
  // The epochs of an ensemble are those of its members.
  const epochs = 'epochs' in outcome ? outcome.epochs : 0;
  let obsolete: readonly string[] = last ? [last.file] : [];
  let replaced: readonly string[] = [];
  try {
    const save = async (queries: Queries) => {
      const modelId = await saveModel(queries, job, outcome, clock());
      if (last) replaced = await checkpoints.record(queries, last);
      // The members of an ensemble have recorded theirs.
      else if ('epochs' in outcome) replaced = await checkpoints.drop(queries, job.id);
      return modelId;
    };
    const saved = await queue.succeed(job.id, { epochs, warnings }, save, progress.flushWith);
    // A cancellation was requested and confirmed to the client, so the job must not succeed.
    if (!saved) return await queue.release(job.id);
    obsolete = replaced;
    log.info({ epochs }, 'job succeeded');
  } catch (error) {
    if (!(error instanceof ServiceError && error.code === 'stored_bytes_quota')) throw error;
    log.warn({ code: error.code }, 'job failed: its model exceeds the storage quota');
    await progress.flush();
    await queue.fail(job.id, storageQuotaExceeded(error.message));
  } finally {
    await checkpoints.removeFiles(obsolete);
  }
}

/** The profile and the training rows may have the same warning about a column. */
function distinct(warnings: readonly Warning[]): readonly Warning[] {
  const keyOf = ({ code, column, message }: Warning) => `${code} ${column ?? message}`;
  return [...new Map(warnings.map((warning) => [keyOf(warning), warning])).values()];
}
