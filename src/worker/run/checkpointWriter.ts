import type { Logger } from 'pino';
import type { Checkpoints, EncodedCheckpoint } from '../../jobs/checkpoints/checkpoints.ts';
import type { CheckpointRow } from '../../store/database/tables.ts';
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
  readonly checkpoints: Checkpoints;
  /** How often the job's thread is asked for one. */
  readonly checkpointMs: number;
  /** The process may die soon, as it did before: the first checkpoint comes after the first step, and the next ones soon after. */
  readonly isRepeated: boolean;
  /** A suspect that has trained for so long is cleared by its next checkpoint. */
  readonly probationMs?: number | undefined;
  /** Called when a checkpoint counts. */
  readonly onRecorded: (isCleared: boolean) => void;
  readonly metrics: Pick<TrainingMetrics, 'checkpointSeconds' | 'checkpointBytes'>;
  readonly log: Logger;
}

/** Keeps the checkpoints of one running job. */
export interface CheckpointWriter {
  /** The training begins. */
  begin(): void;
  add(checkpoint: EncodedCheckpoint): void;
  /**
   * Asks for no more, and resolves when all that was taken is written. Gives the one that was made at the training's end, if it could be written:
   * it is recorded together with the model.
   */
  end(): Promise<CheckpointRow | null>;
}

/** The time between the first two checkpoints of a repeated run. It doubles until it is `checkpointMs`, so that any life keeps a third of its work. */
const MIN_INTERVAL_MS = 100;

/** Asks the thread for a checkpoint now and then, one at a time. One that cannot be written is logged and asked for again. */
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
  // The thread finds it when it has done its first step.
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
          log.warn({ step: checkpoint.step, err: error }, 'a checkpoint could not be written: the job goes on'),
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

/** Makes a written checkpoint count, and returns whether it does. Its file is removed when it cannot. */
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
