import type { Logger } from 'pino';
import type { Checkpoints } from '../../jobs/checkpoints/checkpoints.ts';
import type { CheckpointRow } from '../../store/database/tables.ts';
import type { EncodedCheckpoint } from '../../training/checkpoint/encoding.ts';
import type { ProgressWriter } from '../progress/progressWriter.ts';
import type { Queue } from '../queue/queueStore.ts';
import { PROBATION_MS } from '../queue/reclaimStore.ts';
import type { Control } from '../thread/control.ts';
import type { TrainingMetrics } from './metrics.ts';

export interface CheckpointWriterDeps {
  readonly jobId: string;
  readonly control: Control;
  readonly queue: Queue;
  readonly progress: ProgressWriter;
  readonly checkpoints: Pick<Checkpoints, 'write' | 'record' | 'removeFiles'>;
  /** The interval between the checkpoint requests to the thread. */
  readonly checkpointMs: number;
  /**
   * The job was started before, so its process may die again soon: the first checkpoint is after
   * the first step, the next ones soon after.
   */
  readonly isRepeated: boolean;
  /**
   * A suspect that has trained for this long is cleared by its next checkpoint. Default:
   * `PROBATION_MS`.
   */
  readonly probationMs?: number | undefined;
  /** Called when a checkpoint is recorded. */
  readonly onRecorded: (isCleared: boolean) => void;
  readonly metrics: Pick<TrainingMetrics, 'checkpointSeconds' | 'checkpointBytes'>;
  readonly log: Logger;
}

/** Writes the checkpoints of one running job. */
export interface CheckpointWriter {
  /** Called when the training begins: the requests for checkpoints start. */
  begin(): void;
  add(checkpoint: EncodedCheckpoint): void;
  /**
   * Requests no more checkpoints, and resolves when the pending ones are written. Returns the
   * checkpoint of the end of the training, if it could be written: the caller records it together
   * with the model.
   */
  end(): Promise<CheckpointRow | null>;
}

/**
 * The interval between the first two checkpoints of a repeated run. It doubles up to
 * `checkpointMs`, so that a run saves at least a third of its work, whenever it dies.
 */
const MIN_INTERVAL_MS = 100;

/**
 * Requests a checkpoint at intervals, one at a time. A failed write is logged, and a later
 * checkpoint is requested.
 */
export function createCheckpointWriter(deps: CheckpointWriterDeps): CheckpointWriter {
  const { jobId, control, checkpoints, checkpointMs, isRepeated, probationMs = PROBATION_MS, metrics, log } = deps;
  let written: Promise<void> = Promise.resolve();
  let pending = 0;
  let last: CheckpointRow | null = null;
  let begunAt = Number.POSITIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;

  const write = async (checkpoint: EncodedCheckpoint) => {
    const timed = metrics.checkpointSeconds.startTimer();
    const row = await checkpoints.write(jobId, checkpoint);
    timed();
    metrics.checkpointBytes.inc(row.bytes);
    if (checkpoint.finished) last = row;
    else {
      const isCleared = performance.now() - begunAt >= probationMs;
      if (await record(deps, row, isCleared)) deps.onRecorded(isCleared);
    }
    log.debug({ step: row.step, bytes: row.bytes }, 'checkpoint written');
  };
  const requestEvery = (intervalMs: number) => {
    timer = setTimeout(() => {
      if (pending === 0) control.requestCheckpoint();
      requestEvery(Math.min(2 * intervalMs, checkpointMs));
    }, intervalMs);
  };
  // The thread performs the request after its first step.
  if (isRepeated) control.requestCheckpoint();

  return {
    begin() {
      begunAt = performance.now();
      requestEvery(isRepeated ? Math.min(MIN_INTERVAL_MS, checkpointMs) : checkpointMs);
    },
    add(checkpoint) {
      pending++;
      written = written
        .then(() => write(checkpoint))
        .catch((error) =>
          log.warn({ step: checkpoint.step, err: error }, 'a checkpoint could not be written; the job continues'),
        )
        .finally(() => pending--);
    },
    async end() {
      clearTimeout(timer);
      await written;
      return last;
    },
  };
}

/**
 * Records a written checkpoint and returns whether it was recorded. Otherwise its file is removed.
 */
async function record(
  { jobId, queue, progress, checkpoints }: CheckpointWriterDeps,
  row: CheckpointRow,
  isCleared: boolean,
): Promise<boolean> {
  let obsolete: readonly string[] = [row.file];
  try {
    // The losses of the epochs before it are written first: a resumed run reads them.
    await progress.flush();
    const replaced = await queue.writeProgress(jobId, isCleared, (queries) => checkpoints.record(queries, row));
    obsolete = replaced ?? obsolete;
    return replaced !== undefined;
  } finally {
    await checkpoints.removeFiles(obsolete);
  }
}
