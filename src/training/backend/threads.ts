import type { Trainer } from '../../engine/network/trainer.ts';
import type { RunControl } from '../loop/runControl.ts';
import type { TrainingSettings } from '../schemas/training.ts';

/** The threads that a training plays on. */
export interface TrainingThreads {
  /** How many it gains from and is allowed. */
  readonly max: number;
  /** Plays on as many as it may use now, as far as it gains from them. */
  update(): void;
}

export function createTrainingThreads(
  trainer: Trainer,
  allowed: TrainingSettings['threads'],
  control: Pick<RunControl, 'threads'>,
): TrainingThreads {
  const max = allowed === 'auto' ? trainer.maxThreads : Math.min(trainer.maxThreads, allowed);
  let current = 1;
  return {
    max,
    update() {
      const threads = Math.min(max, control.threads());
      if (threads === current) return;
      trainer.setThreads(threads);
      current = threads;
    },
  };
}
