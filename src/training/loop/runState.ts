import type { Numbers } from '../../engine/matrix.ts';
import type { GeneratorState } from '../../engine/random.ts';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import type { BatchPlan } from './batchPlan.ts';
import type { EarlyStopping } from './earlyStopping.ts';
import type { Run } from './run.ts';

/**
 * The state of a run; with the trainer, the schedule and early stopping, it is a complete
 * checkpoint.
 */
export interface RunState {
  /** The current epoch, from 1. */
  epoch: number;
  /** Finished batches of the epoch. */
  batch: number;
  /** The state of the generator before it shuffles the epoch's rows. */
  generator: GeneratorState;
  /** Sums over its steps so far. */
  sums: Checkpoint['sums'];
  best: Best | null;
}

/** The best epoch so far: its measures, and its parameters. */
export interface Best extends NonNullable<Checkpoint['best']> {
  readonly parameters: Numbers;
}

const ZERO_SUMS = { loss: 0, weight: 0, learningRate: 0, ms: 0 };

/**
 * The state at the start, or that of the checkpoint; also restores the trainer and the schedule.
 */
export function restoreRunState({ trainer }: Run, { schedule }: BatchPlan, checkpoint: Checkpoint | null): RunState {
  if (checkpoint === null) {
    return { epoch: 1, batch: 0, generator: trainer.generatorState(), sums: { ...ZERO_SUMS }, best: null };
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

/** Moves to the start of the next epoch. */
export function advanceEpoch({ trainer }: Run, state: RunState): void {
  state.epoch += 1;
  state.batch = 0;
  state.generator = trainer.generatorState();
  state.sums = { ...ZERO_SUMS };
}

/** Steps since the run began. */
export function stepsDone({ epoch, batch }: RunState, { batches }: BatchPlan): number {
  return (epoch - 1) * batches.length + batch;
}

export function checkpointOf(
  { trainer }: Run,
  { schedule }: BatchPlan,
  earlyStopping: EarlyStopping,
  { epoch, batch, generator, sums, best }: RunState,
  finished: boolean,
): Checkpoint {
  const { values, step } = trainer.state();
  return {
    ...{ epoch, batch, step, generator, sums: { ...sums } },
    earlyStopping: earlyStopping.state(),
    schedule: schedule.state(),
    best: best && withoutParameters(best),
    finished,
    values,
    bestParameters: best?.parameters ?? null,
  };
}

function withoutParameters({ parameters: _, ...measured }: Best): NonNullable<Checkpoint['best']> {
  return measured;
}
