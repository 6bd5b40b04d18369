import type { Numbers } from '../../engine/matrix.ts';
import type { GeneratorState } from '../../engine/random.ts';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import type { Course } from './course.ts';
import type { EarlyStopping } from './earlyStopping.ts';
import type { Run } from './run.ts';

/** Where a run stands; with the trainer, the schedule and early stopping it is all that a checkpoint holds. */
export interface Standing {
  /** The epoch under way, from 1. */
  epoch: number;
  /** Batches of it that are done. */
  batch: number;
  /** The generator before it shuffles the epoch's rows. */
  generator: GeneratorState;
  /** What its steps come to so far. */
  sums: Checkpoint['sums'];
  best: Best | null;
}

/** The best epoch so far: what it measured, and its parameters. */
export interface Best extends NonNullable<Checkpoint['best']> {
  readonly parameters: Numbers;
}

const NOTHING_YET = { loss: 0, weight: 0, learningRate: 0, ms: 0 };

/** The standing at the start, or where the checkpoint was made: the trainer and the schedule are brought there too. */
export function standAt({ trainer }: Run, { schedule }: Course, checkpoint: Checkpoint | null): Standing {
  if (checkpoint === null) {
    return { epoch: 1, batch: 0, generator: trainer.generatorState(), sums: { ...NOTHING_YET }, best: null };
  }
  const { epoch, batch, values, step, generator, sums, best, bestParameters } = checkpoint;
  trainer.restoreState({ values, step, generator });
  schedule.restore(checkpoint.schedule);
  return {
    epoch,
    batch,
    generator,
    sums: { ...sums },
    best: best && bestParameters && { ...best, parameters: bestParameters },
  };
}

/** At the beginning of the epoch that follows. */
export function standAtNextEpoch({ trainer }: Run, standing: Standing): void {
  standing.epoch += 1;
  standing.batch = 0;
  standing.generator = trainer.generatorState();
  standing.sums = { ...NOTHING_YET };
}

/** Steps since the run began. */
export function stepsDone({ epoch, batch }: Standing, { batches }: Course): number {
  return (epoch - 1) * batches.length + batch;
}

export function checkpointOf(
  { trainer }: Run,
  { schedule }: Course,
  earlyStopping: EarlyStopping,
  { epoch, batch, generator, sums, best }: Standing,
  finished: boolean,
): Checkpoint {
  const { values, step } = trainer.state();
  return {
    ...{ epoch, batch, step, generator, sums: { ...sums } },
    earlyStopping: earlyStopping.state(),
    schedule: schedule.state(),
    best: best && measuredIn(best),
    finished,
    values,
    bestParameters: best?.parameters ?? null,
  };
}

function measuredIn({ parameters: _, ...measured }: Best): NonNullable<Checkpoint['best']> {
  return measured;
}
