import type { Logger } from 'pino';
import type { Checkpoints, EncodedCheckpoint } from '../../jobs/checkpoints/checkpoints.ts';
import type { CheckpointRow } from '../../store/tables.ts';
import type { TrainingMetrics } from '../metrics.ts';
import type { Queue } from '../queue/queue.ts';
import { PROBATION_MS } from '../queue/takeBack.ts';
import type { Control } from './control.ts';
import type { Journal } from './journal.ts';

export interface CheckpointingParts {
  readonly jobId: string;
  readonly control: Control;
  readonly queue: Queue;
  readonly journal: Journal;
  readonly checkpoints: Checkpoints;
  /** How often the job's thread is asked for one. */
  readonly checkpointMs: number;
  /** The process may die soon, as it did before: the first checkpoint comes after the first step, and the next ones soon after. */
  readonly isRepeated: boolean;
  /** A suspect that has trained for so long is cleared by its next checkpoint. */
  readonly probationMs?: number | undefined;
  /** Called when a checkpoint counts. */
  readonly onKept: (isCleared: boolean) => void;
  readonly metrics: Pick<TrainingMetrics, 'checkpointSeconds' | 'checkpointBytes'>;
  readonly log: Logger;
}

/** Keeps the checkpoints of one running job. */
export interface Checkpointing {
  /** The training begins. */
  begin(): void;
  take(checkpoint: EncodedCheckpoint): void;
  /**
   * Asks for no more, and resolves when all that was taken is written. Gives the one that was made at the training's end, if it could be written:
   * it is recorded together with the model.
   */
  end(): Promise<CheckpointRow | null>;
}

/** The time between the first two checkpoints of a repeated run. It doubles until it is `checkpointMs`, so that any life keeps a third of its work. */
const SHORTEST_INTERVAL_MS = 100;

/** Asks the thread for a checkpoint now and then, one at a time. One that cannot be written is logged and asked for again. */
export function keepCheckpoints(parts: CheckpointingParts): Checkpointing {
  const { jobId, control, checkpoints, checkpointMs, isRepeated, probationMs = PROBATION_MS, metrics, log } = parts;
  let written: Promise<void> = Promise.resolve();
  let waiting = 0;
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
      if (await record(parts, row, isCleared)) parts.onKept(isCleared);
    }
    log.debug({ step: row.step, bytes: row.bytes }, 'checkpoint written');
  };
  const askEvery = (intervalMs: number) => {
    timer = setTimeout(() => {
      if (waiting === 0) control.wishForCheckpoint();
      askEvery(Math.min(2 * intervalMs, checkpointMs));
    }, intervalMs);
  };
  // The thread finds it when it has done its first step.
  if (isRepeated) control.wishForCheckpoint();

  return {
    begin() {
      begunAt = performance.now();
      askEvery(isRepeated ? Math.min(SHORTEST_INTERVAL_MS, checkpointMs) : checkpointMs);
    },
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
      clearTimeout(timer);
      await written;
      return last;
    },
  };
}

/** Makes a written checkpoint count, and returns whether it does. Its file is removed when it cannot. */
async function record(
  { jobId, queue, journal, checkpoints }: CheckpointingParts,
  row: CheckpointRow,
  isCleared: boolean,
): Promise<boolean> {
  let needless: readonly string[] = [row.file];
  try {
    // The losses of the epochs before it are written first: a resumed run reads them.
    await journal.flush();
    const replaced = await queue.keep(jobId, isCleared, (queries) => checkpoints.record(queries, row));
    needless = replaced ?? needless;
    return replaced !== undefined;
  } finally {
    await checkpoints.removeFiles(needless);
  }
}
