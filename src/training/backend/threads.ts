import type { Trainer } from '../../engine/trainer.ts';
import type { RunControl } from '../loop/control.ts';
import type { TrainingSettings } from '../schemas/training.ts';

/** The threads that a training plays on. */
export interface TrainingThreads {
  /** How many it gains from and is allowed. */
  readonly most: number;
  /** Plays on as many as it may use now, as far as it gains from them. */
  follow(): void;
}

export function createTrainingThreads(
  trainer: Trainer,
  allowed: TrainingSettings['threads'],
  control: Pick<RunControl, 'threads'>,
): TrainingThreads {
  const most = allowed === 'auto' ? trainer.mostThreads : Math.min(trainer.mostThreads, allowed);
  let playing = 1;
  return {
    most,
    follow() {
      const threads = Math.min(most, control.threads());
      if (threads === playing) return;
      trainer.setThreads(threads);
      playing = threads;
    },
  };
}
