import type { Trainer } from '../../engine/network/trainer.ts';
import type { TrainingSettings } from '../schemas/training.ts';
import type { RunControl } from './runControl.ts';

/** The threads of a training. */
export interface TrainingThreads {
  /** How many it benefits from and is allowed. */
  readonly max: number;
  /** Uses as many threads as it is currently allowed, if it benefits from them. */
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
