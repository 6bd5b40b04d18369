/** What a schedule knows of the training it is for. */
export interface ScheduleContext {
  /** The optimizer's own rate, which schedules start from or rise to. */
  readonly learningRate: number;
  /** Steps of the whole training. */
  readonly steps: number;
  readonly stepsPerEpoch: number;
}

/** Gives every step its learning rate. */
export interface Schedule {
  /** The rate of a step; steps count from 0. */
  rate(step: number): number;
  /** Hears an epoch's loss, the smaller the better. */
  observe(loss: number): void;
  /** What `restore` goes on from. */
  state(): readonly number[];
  restore(state: readonly number[]): void;
}

/** A schedule that depends on the step alone. */
export function scheduleOf(rate: Schedule['rate']): Schedule {
  return { rate, observe: () => {}, state: () => [], restore: () => {} };
}
