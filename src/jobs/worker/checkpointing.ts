import type { Logger } from 'pino';
import type { CheckpointRow } from '../../store/tables.ts';
import type { Checkpoints, EncodedCheckpoint } from '../checkpoints/checkpoints.ts';
import type { Control } from './control.ts';
import type { Journal } from './journal.ts';
import type { TrainingMetrics } from './metrics.ts';
import type { Queue } from './queue.ts';

export interface CheckpointingParts {
  readonly jobId: string;
  readonly control: Control;
  readonly queue: Queue;
  readonly journal: Journal;
  readonly checkpoints: Checkpoints;
  /** How often the job's thread is asked for one. */
  readonly checkpointMs: number;
  readonly metrics: Pick<TrainingMetrics, 'checkpointSeconds' | 'checkpointBytes'>;
  readonly log: Logger;
}

/** Keeps the checkpoints of one running job. */
export interface Checkpointing {
  take(checkpoint: EncodedCheckpoint): void;
  /**
   * Asks for no more, and resolves when all that was taken is written. Gives the one that was made at the training's end, if it could be written:
   * it is recorded together with the model.
   */
  end(): Promise<CheckpointRow | null>;
}

/** Asks the thread for a checkpoint now and then, one at a time. One that cannot be written is logged and asked for again. */
export function keepCheckpoints(parts: CheckpointingParts): Checkpointing {
  const { jobId, control, checkpoints, checkpointMs, metrics, log } = parts;
  let written: Promise<void> = Promise.resolve();
  let waiting = 0;
  let last: CheckpointRow | null = null;

  const write = async (checkpoint: EncodedCheckpoint) => {
    const timed = metrics.checkpointSeconds.startTimer();
    const row = await checkpoints.write(jobId, checkpoint);
    timed();
    metrics.checkpointBytes.inc(row.bytes);
    if (checkpoint.finished) last = row;
    else await record(parts, row);
    log.debug({ step: row.step, bytes: row.bytes }, 'checkpoint written');
  };
  const timer = setInterval(() => {
    if (waiting === 0) control.wishForCheckpoint();
  }, checkpointMs);

  return {
    take(checkpoint) {
      waiting++;
      written = written
        .then(() => write(checkpoint))
        .catch((error) =>
          log.warn({ step: checkpoint.step, err: error }, 'a checkpoint could not be written: the job goes on'),
        )
        .finally(() => waiting--);
    },
    async end() {
      clearInterval(timer);
      await written;
      return last;
    },
  };
}

/** Makes a written checkpoint count. Its file does not stay when it cannot. */
async function record({ jobId, queue, journal, checkpoints }: CheckpointingParts, row: CheckpointRow): Promise<void> {
  let needless: readonly string[] = [row.file];
  try {
    // Whoever goes on from it finds the losses of the epochs before it.
    await journal.flush();
    needless = (await queue.keep(jobId, (queries) => checkpoints.record(queries, row))) ?? needless;
  } finally {
    await checkpoints.removeFiles(needless);
  }
}
